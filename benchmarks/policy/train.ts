/**
 * node benchmarks/policy/train.ts [--only taught,ppo,linear] [--seeds 1-10]: makes the policies of `policies/` anew, each from
 * its seed, two at a time. What bench:policy compares and docs/policy.md describes; the same seed gives the same file.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { policyFileOf, policyFileText } from '../../src/cli/policyFile.ts';
import type { IntegerNetwork } from '../../src/domain/index.ts';
import { expectedWorth, lessonOf } from '../../src/training/lesson.ts';
import { openbScenario } from '../../src/training/market.ts';
import { train } from '../../src/training/ppo.ts';
import { teach } from '../../src/training/teach.ts';
import { DEFAULT_CEM_LINEAR, playAll, tune } from '../../src/training/tune.ts';
import { POLICIES } from './contenders.ts';
import { lessonSeeds, MARKET_PPO } from './settings.ts';

const NODES = 16;
/** Lessons are of markets from here on, each of another; bench:policy judges in market 1, which is in none of them. */
const LESSON_MARKETS = 100;
/** PPO and the search play one market: that one. Its arrivals, asks, trust and outages are of seeds that bench:policy does not play. */
const MARKET_SEED = 1;
/** What a GPU-hour is worth to those who wait for it, micro-AICC, by load. Chosen on validation seeds. */
const SHADOW_PRICES = [
  [0.6, 80_000],
  [0.8, 100_000],
  [0.9, 115_000],
  [1, 130_000],
  [1.1, 165_000],
  [1.2, 200_000],
  [1.3, 250_000],
] as const;
const MARKETS_A_COURSE = 3;
/** Of each market. */
const EPISODES = 6;
const PASSES = 12;

const KINDS: Readonly<Record<string, (seed: number) => Promise<IntegerNetwork>>> = { taught, ppo, linear };
/** Folder of each kind: `openb` is what is shipped. */
const FOLDERS: Readonly<Record<string, string>> = { taught: 'openb', ppo: 'ppo', linear: 'linear' };

/** Regression on the expected worth of matches, at seven loads of both mixes of requests, in many markets. */
async function taught(seed: number): Promise<IntegerNetwork> {
  const courses = Array.from({ length: MARKETS_A_COURSE }, () => SHADOW_PRICES).flat();
  const lessons = (['default', 'multigpu'] as const).flatMap((profile, p) =>
    courses.map(([load, price], i) => {
      const market = LESSON_MARKETS * seed + p * courses.length + i;
      const scenario = openbScenario({ nodes: NODES, load, seed: market, profile });
      return lessonOf(scenario, lessonSeeds(seed, EPISODES), { worth: expectedWorth(price), seed });
    }),
  );
  return teach(lessons, { seed, passes: PASSES });
}

/** PPO alone, from price alone. */
async function ppo(seed: number): Promise<IntegerNetwork> {
  const scenario = openbScenario({ nodes: NODES, load: 1, seed: MARKET_SEED });
  const { network } = await train(scenario, {
    ...MARKET_PPO,
    seed,
    updates: 60,
    checkpointEvery: 15,
  });
  return network;
}

/** The 24 weights of a linear quality by the cross-entropy method on the deployed rule. */
async function linear(seed: number): Promise<IntegerNetwork> {
  const scenario = openbScenario({ nodes: NODES, load: 1, seed: MARKET_SEED, horizonRounds: 120 });
  const { network } = await tune(
    scenario,
    { ...DEFAULT_CEM_LINEAR, seed, generations: 20, population: 24 },
    playAll(scenario),
  );
  return network;
}

function fileOf(kind: string, seed: number): string {
  return join(POLICIES, FOLDERS[kind]!, `seed-${String(seed).padStart(2, '0')}.json`);
}

async function make(kind: string, seed: number): Promise<void> {
  const started = performance.now();
  const network = await KINDS[kind]!(seed);
  const file = fileOf(kind, seed);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, policyFileText(policyFileOf(network, seed)));
  const seconds = Math.round((performance.now() - started) / 1_000);
  process.stderr.write(`${kind} ${seed}: ${policyFileOf(network, seed).policyHash} in ${seconds} s\n`);
}

function apart(kind: string, seed: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = [fileURLToPath(import.meta.url), '--one', '--only', kind, '--seeds', `${seed}-${seed}`];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${kind} ${seed} ended with ${code}`)),
    );
  });
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(KINDS).join(',') },
    seeds: { type: 'string', default: '1-10' },
    one: { type: 'boolean', default: false },
  },
});
const [first, last] = values.seeds.split('-').map(Number) as [number, number];
const wanted = values.only.split(',').flatMap((kind) => {
  if (KINDS[kind] === undefined)
    throw new RangeError(`there is no ${kind}; there is ${Object.keys(KINDS).join(', ')}`);
  return Array.from({ length: last - first + 1 }, (_, i) => ({ kind, seed: first + i }));
});
if (values.one) {
  for (const { kind, seed } of wanted) await make(kind, seed);
} else {
  const next = async (): Promise<void> => {
    for (let one = wanted.shift(); one; one = wanted.shift()) await apart(one.kind, one.seed);
  };
  await Promise.all([next(), next()]);
}
