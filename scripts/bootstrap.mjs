#!/usr/bin/env node
// Set-up before anything is installed, so plain JavaScript that runs under whatever Node there is: installs the locked
// dependencies if they are not there, then goes on under the Node 24 that they bring. stdout stays the target's own.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.installed-lock');
const OLDEST_NODE = [22, 18];

const TARGETS = {
  demo: ['src/cli/main.ts', 'demo'],
  aicchain: ['src/cli/main.ts'],
  test: ['scripts/test.ts'],
  check: ['scripts/check.ts'],
  'bench:gas': ['benchmarks/gas.ts'],
  'bench:match': ['benchmarks/match.ts'],
  'bench:incentives': ['benchmarks/incentives.ts'],
  'bench:policy': ['benchmarks/policy.ts'],
  'bench:train': ['benchmarks/train.ts'],
  'bench:ablations': ['benchmarks/ablations.ts'],
  'fuzz:certificate': ['benchmarks/fuzzCertificate.ts'],
};

const [target, ...args] = process.argv.slice(2);
const command = TARGETS[target ?? ''];
if (!command) {
  process.stderr.write(
    `bootstrap: unknown target ${target ?? '(none)'}; one of ${Object.keys(TARGETS).join(', ')}\n`,
  );
  process.exit(2);
}

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) install();
run();

function install() {
  process.stderr.write('Installing dependencies (npm ci, once)...\n');
  const started = Date.now();
  const npm = process.env.npm_execpath;
  const npmArgs = ['ci', '--no-fund', '--no-audit', '--loglevel=error'];
  // npm's own script, run by this very node, needs no shell on any platform.
  const [file, fileArgs] = npm?.endsWith('.js') ? [process.execPath, [npm, ...npmArgs]] : ['npm', npmArgs];
  const done = spawnSync(file, fileArgs, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: file === 'npm' && process.platform === 'win32',
  });
  if (done.status !== 0) {
    process.stderr.write(
      'Dependencies did not install. Check the network and the npm registry, then run the same command again.\n',
    );
    process.exit(1);
  }
  writeFileSync(stamp, lock);
  process.stderr.write(`Installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

/** The Node that the dependencies brought; where this platform has none, the one at hand if it is new enough. */
function node() {
  const brought = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(brought)) return brought;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]))
    return process.execPath;
  process.stderr.write(
    `This platform needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.\n`,
  );
  process.exit(1);
}

function run() {
  const child = spawn(node(), [join(root, command[0]), ...command.slice(1), ...args], {
    cwd: target === 'aicchain' ? process.cwd() : root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
    shell: process.platform === 'win32',
  });
  // A terminal's Ctrl-C reaches the child as well: wait for it to clean up, then end as it ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
