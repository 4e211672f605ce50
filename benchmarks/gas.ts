/**
 * npm run bench:gas: what each verb costs on chain. Runs contracts/test/Gas.t.sol, where every call is a transaction of
 * its own with cold storage, and reports the snapshots it writes. Gas is exact, so one run is enough.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Figure, the snapshot it comes from, and the most it should be. */
const FIGURES: readonly (readonly [figure: string, snapshot: string, aim: number | null])[] = [
  ['policyCallGas', 'policyCall', 6_000],
  ['registerPolicyGas', 'registerPolicy', 16_777_216],
  ['registerGas', 'register', null],
  ['heartbeatGas', 'heartbeat', null],
  ['submitGas', 'submit', null],
  ['postRoundGasPerEntry1', 'postRound1', null],
  ['postRoundGas10', 'postRound10', null],
  ['postRoundGas100', 'postRound100', null],
  ['postRoundGas256', 'postRound256', 16_777_216],
  ['postRoundGasPerEntry100', 'postRoundPerEntry100', 65_536],
  ['startGas', 'start', null],
  ['completeGas', 'complete', null],
  ['settleGas', 'settle', null],
  ['voteGas', 'vote', null],
  ['lifecycleGas', 'lifeCycle', null],
];

const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
const root = fileURLToPath(new URL('..', import.meta.url));
const started = performance.now();
execFileSync('forge', ['test', '--match-path', 'contracts/test/Gas.t.sol'], {
  cwd: root,
  stdio: ['ignore', 2, 2],
});
const snapshots = JSON.parse(readFileSync(`${root}contracts/snapshots/GasTest.json`, 'utf8')) as Record<
  string,
  string
>;

const figures = Object.fromEntries(
  FIGURES.map(([figure, snapshot, aim]) => [
    figure,
    { value: Number(snapshots[snapshot]), unit: 'gas', better: 'lower', aim, n: 1, spread: 0 },
  ]),
);
if (values.json) {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${process.platform}-${arch()}, node ${process.version}`;
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  console.log(
    JSON.stringify({
      bench: 'gas',
      commit,
      command: 'npm run -s bench:gas -- --json',
      machine,
      seconds,
      figures,
    }),
  );
} else {
  for (const [figure, { value, aim }] of Object.entries(figures)) {
    console.log(
      `${figure.padEnd(26)}${String(value).padStart(12)} gas${aim === null ? '' : `   (aim ≤ ${aim})`}`,
    );
  }
}
