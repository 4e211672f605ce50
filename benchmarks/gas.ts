/**
 * npm run bench:gas: what each verb costs on chain. Runs contracts/test/Gas.t.sol, where every call is a transaction of
 * its own with cold storage, and reports the snapshots it writes. Gas is exact, so one run is enough.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exact, report } from './report.ts';

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

const root = fileURLToPath(new URL('..', import.meta.url));

await report('gas', () => {
  execFileSync('forge', ['test', '--match-path', 'contracts/test/Gas.t.sol'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  const snapshots = JSON.parse(readFileSync(`${root}contracts/snapshots/GasTest.json`, 'utf8')) as Record<
    string,
    string
  >;
  return Object.fromEntries(
    FIGURES.map(([figure, snapshot, aim]) => [
      figure,
      exact(Number(snapshots[snapshot]), 'gas', 'lower', aim),
    ]),
  );
});
