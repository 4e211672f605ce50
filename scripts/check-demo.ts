/**
 * The demo, end to end: run twice with one seed it gives the same policy and the same matches, its money adds up, the
 * liar is caught, the vote matters, the log verifies; interrupted at any moment it leaves no process behind, and the next start works.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SEED = '7';
/** From the start of the chain to the middle of the second vote. */
const INTERRUPTED_AFTER_MS = [300, 1_500, 4_000, 8_000];

const failures: string[] = [];
let passed = 0;
function expect(holds: boolean, what: string): void {
  if (holds) passed += 1;
  else failures.push(what);
  console.log(`   ${holds ? 'ok' : 'NOT OK'}: ${what}`);
}

const command = (data: string) => ['src/cli/main.ts', 'demo', '--json', '--seed', SEED, '--data', data];

function demo(data: string) {
  const { stdout, stderr, status } = spawnSync(process.execPath, command(data), {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`the demo ended with ${status}:\n${stderr.slice(-2_000)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

/** Processes that name the folder: the chain, the nodes, their jobs. */
function left(data: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .map((pid) => {
      try {
        return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`;
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(data));
}

async function interrupted(data: string, afterMs: number, signal: NodeJS.Signals): Promise<void> {
  const child = spawn(process.execPath, command(data), { cwd: root, stdio: 'ignore' });
  const ended = new Promise<number>((resolve) =>
    // Before its handlers are there, the signal itself ends it: for a shell that is 128 + 2 as well.
    child.once('exit', (code, by) => resolve(by === 'SIGINT' ? 130 : (code ?? 1))),
  );
  await sleep(afterMs);
  child.kill(signal);
  const code = await ended;
  // Whatever lost its parent notices within a second.
  for (let i = 0; i < 50 && left(data).length > 0; i++) await sleep(100);
  expect(
    left(data).length === 0,
    `${signal} after ${afterMs} ms leaves no process (${left(data).join('; ') || 'none'})`,
  );
  if (signal === 'SIGINT') expect(code === 130, `Ctrl-C after ${afterMs} ms ends with 130 (${code})`);
}

const folder = mkdtempSync(join(tmpdir(), 'aicchain-demo-'));
try {
  for (const ms of INTERRUPTED_AFTER_MS) await interrupted(folder, ms, 'SIGINT');
  await interrupted(folder, 5_000, 'SIGKILL');

  const first = demo(folder);
  const second = demo(folder);
  expect(first.policyHash === second.policyHash, 'same seed, same policy hash');
  expect(isDeepStrictEqual(first.matches, second.matches), 'same seed, same matches');
  const { escrow, price, node, communityFund, auditors, matcher, treasury, refund } = first.split;
  expect(node === price, 'the node gets the price');
  expect(
    escrow === node + communityFund + auditors + matcher + treasury + refund,
    'the split adds up to the escrow',
  );
  expect(
    first.workload.status === 'Settled' && first.workload.lossLast < first.workload.lossFirst,
    'the workload ran, its loss went down',
  );
  expect(
    first.liar.flagged && !first.liar.matchedAfter && first.liar.trustAfter < first.liar.trustBefore,
    'the liar is flagged and not matched',
  );
  expect(first.vote.matchBefore.node !== first.vote.matchAfter.node, 'the vote changes the match');
  expect(first.verify.ok && second.verify.ok, 'the log verifies');
  expect(left(folder).length === 0, 'nothing is left running');
  console.log(`   demo: ${first.wallSec} s and ${second.wallSec} s`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
