import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { builtinModules } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type Plugin } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AICChain } from '../AICChain.ts';
import type { RoundClock } from '../domain/index.ts';
import { eventfulLog } from '../testing/eventfulLog.ts';
import { CLOCK } from '../testing/LogWriter.ts';
import { logFromJson, logToJson } from './logJson.ts';
import type { Verification } from './verifyLog.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
if (CHROMIUM === undefined)
  console.warn('skipped: no Chromium is installed (Debian: apt-get install chromium)');

const PAGE = `
import { AICChain, logFromJson } from 'aicchain/verify';
globalThis.verify = (text, clock) => AICChain.verify(logFromJson(text), clock);
`;

interface Site {
  verify(log: string, clock: RoundClock): Verification;
}

/** A browser has none of Node's modules: importing one fails the build instead of leaving a hole in the page. */
const noNode: Plugin = {
  name: 'no-node-modules',
  enforce: 'pre',
  resolveId(id, importer) {
    if (id.startsWith('node:') || builtinModules.includes(id)) this.error(`${importer} imports ${id}`);
  },
};

/** The package as npm would install it, beside a page that imports it. */
async function builtSite(): Promise<string> {
  const site = mkdtempSync(join(tmpdir(), 'aicchain-browser-'));
  const published = join(site, 'node_modules/aicchain');
  mkdirSync(published, { recursive: true });
  symlinkSync(join(ROOT, 'node_modules/@noble'), join(site, 'node_modules/@noble'));
  copyFileSync(join(ROOT, 'package.json'), join(published, 'package.json'));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const outDir = join(published, 'dist');
  // Without types and their check, which `npm run check` does: the code that comes out is the same.
  execFileSync(process.execPath, [
    tsc,
    '-p',
    join(ROOT, 'tsconfig.build.json'),
    '--outDir',
    outDir,
    '--declaration',
    'false',
    '--noCheck',
  ]);
  writeFileSync(join(site, 'page.js'), PAGE);
  writeFileSync(join(site, 'index.html'), '<!doctype html><script type="module" src="/page.js"></script>');
  await build({ root: site, configFile: false, logLevel: 'error', plugins: [noNode] });
  return site;
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

async function served(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : String(request.url);
    const file = join(folder, path);
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe.skipIf(CHROMIUM === undefined)('aicchain/verify in a browser (skipped where no Chromium is)', () => {
  const { events, round } = eventfulLog();
  let site: string;
  let server: Server;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  const asked: string[] = [];

  beforeAll(async () => {
    site = await builtSite();
    server = await served(join(site, 'dist'));
    // Chromium does not sandbox itself as root, and what it opens here is ours.
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(site, { recursive: true, force: true });
  });

  const inBrowser = (text: string) =>
    page.evaluate(([log, clock]) => (globalThis as unknown as Site).verify(log, clock), [
      text,
      CLOCK,
    ] as const);

  test('is loaded without an error', async () => {
    expect(await page.evaluate(() => typeof (globalThis as unknown as Site).verify)).toBe('function');
    expect(errors).toEqual([]);
  });

  test('is one script of less than 100 kB, the WebAssembly included, and loads nothing else', () => {
    const scripts = asked.filter((path) => path.endsWith('.js'));
    expect(asked.filter((path) => path !== '/favicon.ico')).toEqual(['/', ...scripts]);
    expect(scripts).toHaveLength(1);
    const { size } = statSync(join(site, 'dist', scripts[0]!));
    expect(size).toBeLessThan(100_000);
    // Else the page was shaken out of what it is to check with.
    expect(size).toBeGreaterThan(20_000);
  });

  test('finds what Node finds, and the same state hash', async () => {
    const found = await inBrowser(logToJson(events));
    expect(found).toEqual(AICChain.verify(events, CLOCK));
    expect(found).toMatchObject({ ok: true, to: round, voided: [7], firstDifference: null });
  });

  test('catches a log that was tampered with, at the same place', async () => {
    const text = logToJson(events).replace(
      /"priceMicro":(\d+)/,
      (_, price) => `"priceMicro":${Number(price) + 1}`,
    );
    const found = await inBrowser(text);
    expect(found).toEqual(AICChain.verify(logFromJson(text), CLOCK));
    expect(found).toMatchObject({ ok: false, firstDifference: { kind: 'match.priceMicro', workload: 1 } });
  });
});
