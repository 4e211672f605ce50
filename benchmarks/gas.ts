/**
 * npm run bench:gas: what each verb costs on chain. Runs contracts/test/Gas.t.sol, where every call is a transaction of
 * its own with cold storage, and reports the snapshots it writes. Gas is exact, so one run is enough.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exact, report } from './report.ts';

/** Entries a round, and workloads a batch. */
const SIZES = [1, 10, 100, 256] as const;
/** Most gas a transaction may take. */
const TRANSACTION_GAS = 16_777_216;

/**
 * Figure, the snapshot it comes from, by how many it is divided, and the most it should be. What is named New is measured
 * where nothing was stored before, all else in places and rings that were used before.
 */
const FIGURES: readonly (readonly [figure: string, snapshot: string, of: number, aim: number | null])[] = [
  ['postRoundGasPerEntry100', 'postRound100', 100, 40_000],
  ['lifecycleGas', 'lifeCycle100', 1, 200_000],
  ['challengeGas', 'challenge', 1, 150_000],
  ['challengeGasNew', 'challengeNew', 1, null],
  ['challengeGasThatFails', 'challengeThatFails', 1, 150_000],
  ...SIZES.flatMap((size) => {
    const aim = size === 256 ? TRANSACTION_GAS : null;
    const name = `postRound${size}`;
    return [
      [`postRoundGas${size}`, name, 1, aim],
      [`postRoundGas${size}New`, `${name}New`, 1, aim],
    ] as const;
  }),
  ...['submit', 'start', 'complete', 'settle'].flatMap(
    (verb) =>
      [
        [`${verb}Gas`, verb, 1, null],
        [`${verb}GasEach100`, `${verb}100`, 100, null],
        [`${verb}GasEach100New`, `${verb}100New`, 100, null],
      ] as const,
  ),
  ['lifecycleGas1', 'lifeCycle1', 1, null],
  ['lifecycleGas10', 'lifeCycle10', 1, null],
  ['policyCallGas', 'policyCall', 1, 6_000],
  ['registerPolicyGas', 'registerPolicy', 1, TRANSACTION_GAS],
  ['registerGas', 'register', 1, null],
  ['heartbeatGas', 'heartbeat', 1, null],
  ['voteGas', 'vote', 1, null],
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
    FIGURES.map(([figure, snapshot, of, aim]) => [
      figure,
      exact(Math.round(Number(snapshots[snapshot]) / of), 'gas', 'lower', aim),
    ]),
  );
});
