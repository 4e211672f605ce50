/**
 * npm run bench:train: how fast PPO goes, and how soon it is better than what needs no learning. Beside it, where Python has
 * the packages of python/requirements.txt (AICCHAIN_PYTHON names another python3), the same by MaskablePPO of sb3-contrib
 * through the Gymnasium bridge, and the same update in PyTorch.
 *
 * Speed is measured on thirty nodes, where nearly every decision has all 64 candidates; welfare on five nodes,
 * on the validation seeds. Time of a loop is acting (environment) and learning (learner), without judging checkpoints.
 */

import { scenarioFrom } from '../src/trainer/scenario/scenarioFrom.ts';
import { evaluate } from '../src/training/evaluate.ts';
import { FIVE_NODES } from '../src/training/facts.ts';
import { DEFAULT_PPO } from '../src/training/ppo.ts';
import { exact, type Figure, type Figures, median, report } from './report.ts';
import { bestHeuristic } from './train/heuristics.ts';
import { type Checkpoint, checkpointsOf, type LoopTime, loopTime, updateSeconds } from './train/ours.ts';
import { bridgeAlone, networkOf, type Sb3Checkpoint, sb3, torchUpdateSeconds } from './train/peers.ts';

const WORKERS = [1, 2] as const;
const FULL_MARKET = { nodes: Array.from({ length: 30 }, (_, i) => FIVE_NODES[i % 5]!) };
const SMALL_MARKET = {};
const CHECKPOINT_EVERY = 3;
const VALIDATION_SEEDS = DEFAULT_PPO.validationSeeds;
/** How much of the gain that our training ends with counts as the same welfare: two trainings never end alike. */
const SAME_WELFARE = 0.9;
/** SB3 may take so many times as many updates, each in a training of its own, planned for that long. */
const MORE_UPDATES = [1, 3];

let knownThreads: { readonly threads: number; readonly sec: number }[] | undefined;

await report('train', async ({ quick }) => {
  const seeds = Array.from({ length: quick ? 3 : 10 }, (_, i) => i + 1);
  const trainings = await trainingsOf(seeds);
  return {
    ...(await speed(quick)),
    ...sb3Speed(quick),
    ...(await updates(quick)),
    ...convergence(trainings),
    ...sb3Welfare(trainings.slice(0, quick ? 1 : 3)),
  };
});

/** Decisions per second of our loop, and where its time goes. */
async function speed(quick: boolean): Promise<Figures> {
  const figures: Record<string, Figure> = {};
  for (const workers of WORKERS) {
    progress(`our loop, ${workers} workers`);
    const runs: LoopTime[] = [];
    for (let run = 0; run < (quick ? 1 : 3); run++) {
      runs.push(await loopTime(scenarioFrom(FULL_MARKET), workers, quick ? 4 : 16));
    }
    const perSec = runs.map((time) => Math.round(time.decisions / (time.environmentSec + time.learnerSec)));
    figures[`decisionsPerSec${workers}`] = median(perSec, '1/s', 'higher', null);
    Object.assign(figures, timesOf(runs, workers === 1 ? '1' : ''));
  }
  return figures;
}

function timesOf(runs: readonly LoopTime[], label: string, of = ''): Figures {
  const per100k = (sec: (time: LoopTime) => number) =>
    median(
      runs.map((time) => round((sec(time) * 100_000) / time.decisions, 2)),
      's',
      'lower',
      null,
    );
  const [environment, learner] =
    of === '' ? ['environment', 'learner'] : [`${of}Environment`, `${of}Learner`];
  return {
    [`${environment}SecPer100kDecisions${label}`]: per100k((time) => time.environmentSec),
    [`${learner}SecPer100kDecisions${label}`]: per100k((time) => time.learnerSec),
  };
}

/** The same of SB3, and of stepping from Python alone. */
function sb3Speed(quick: boolean): Figures {
  progress('the loop of stable-baselines3');
  const threads = fasterThreads();
  if (threads === undefined) return {};
  const updates = quick ? 3 : 8;
  const lines = sb3({ scenario: FULL_MARKET, seed: 1, updates, threads, every: 1 });
  const bridge = bridgeAlone(FULL_MARKET, quick ? 100 : 500);
  if (lines === undefined || bridge === undefined) return {};
  const time = since(lines[0]!, lines.at(-1)!);
  return {
    sb3DecisionsPerSec: exact(
      Math.round(time.decisions / (time.environmentSec + time.learnerSec)),
      '1/s',
      'higher',
      null,
    ),
    ...timesOf([time], '', 'sb3'),
    bridgeSecPer100kDecisions: exact(
      round((bridge.seconds * 100_000) / bridge.decisions, 2),
      's',
      'lower',
      null,
    ),
    sb3Threads: exact(threads, 'threads', 'lower', null),
  };
}

/** Threads with which PyTorch is faster here: layers are so small that a second may cost more than it brings. */
function fasterThreads(): number | undefined {
  knownThreads ??= WORKERS.flatMap((threads) => {
    const lines = sb3({ scenario: SMALL_MARKET, seed: 1, updates: 2, threads, every: 1 });
    return lines === undefined ? [] : [{ threads, sec: since(lines[0]!, lines.at(-1)!).learnerSec }];
  }).sort((a, b) => a.sec - b.sec);
  return knownThreads[0]?.threads;
}

/** The first update, in which all that is slow once happens, is not counted. */
function since(first: Sb3Checkpoint, last: Sb3Checkpoint): LoopTime {
  return {
    decisions: last.decisions - first.decisions,
    environmentSec: last.environmentSec - first.environmentSec,
    learnerSec: last.learnerSec - first.learnerSec,
  };
}

/** One update alone: ours, doing all that PyTorch does, and PyTorch's. */
async function updates(quick: boolean): Promise<Figures> {
  const count = quick ? 1 : 5;
  progress('the update alone');
  const figures: Record<string, Figure> = {};
  const sec: Record<string, number> = {};
  for (const workers of WORKERS) {
    figures[`updateSec${workers}`] = seconds(await updateSeconds(workers, count));
    const torch = torchUpdateSeconds(workers, count);
    if (torch === undefined) continue;
    figures[`torchUpdateSec${workers}`] = seconds(torch);
    sec[workers] = figures[`torchUpdateSec${workers}`]!.value;
  }
  if (sec[2] === undefined) return figures;
  // On up to two threads: where two are slower than one, PyTorch is given the one.
  const torchSec = Math.min(sec[1]!, sec[2]);
  const ratio = round(torchSec / figures.updateSec2!.value, 2);
  return { updateRatioTorch2: exact(ratio, '×', 'higher', quick ? null : 1, count), ...figures };
}

function seconds(runs: readonly number[]): Figure {
  const rounded = runs.map((sec) => round(sec, 4));
  return median(rounded, 's', 'lower', null);
}

type Training = { readonly seed: number; readonly checkpoints: readonly Checkpoint[] };

async function trainingsOf(seeds: readonly number[]): Promise<readonly Training[]> {
  const trainings: Training[] = [];
  for (const seed of seeds) {
    progress(`training, seed ${seed}`);
    const options = { seed, checkpointEvery: CHECKPOINT_EVERY };
    trainings.push({ seed, checkpoints: await checkpointsOf(scenarioFrom(SMALL_MARKET), 2, options) });
  }
  return trainings;
}

/** When the policy passes the best heuristic. A training that never does counts as if it had at its end, and is told. */
function convergence(trainings: readonly Training[]): Figures {
  progress('the heuristics');
  const best = bestHeuristic(scenarioFrom(SMALL_MARKET), VALIDATION_SEEDS);
  const passed = trainings.map(({ checkpoints }) => checkpoints.find(({ gain }) => gain > best.gain));
  const never = passed.filter((checkpoint) => checkpoint === undefined).length;
  if (never > 0)
    process.stderr.write(`${never} of ${trainings.length} trainings never passed ${best.name}\n`);
  const when = passed.map((checkpoint, i) => checkpoint ?? trainings[i]!.checkpoints.at(-1)!);
  const gains = trainings.map(({ checkpoints }) => round(100 * bestOf(checkpoints), 2));
  return {
    secondsToBeatBestHeuristic: median(
      when.map(({ wallSec }) => round(wallSec, 2)),
      's',
      'lower',
      60,
    ),
    decisionsToBeatBestHeuristic: median(
      when.map(({ decisions }) => decisions),
      'decisions',
      'lower',
      null,
    ),
    trainingsThatBeatBestHeuristic: exact(
      trainings.length - never,
      'trainings',
      'higher',
      trainings.length,
      trainings.length,
    ),
    bestHeuristicGainPercent: exact(round(100 * best.gain, 2), '%', 'higher', null, VALIDATION_SEEDS.length),
    trainedGainPercent: median(gains, '%', 'higher', null),
  };
}

function bestOf(checkpoints: readonly Checkpoint[]): number {
  return Math.max(...checkpoints.map(({ gain }) => gain));
}

/** How many times as long SB3 takes to the same welfare on the validation seeds; each side judged every few updates. */
function sb3Welfare(trainings: readonly Training[]): Figures {
  const threads = fasterThreads();
  if (threads === undefined) return {};
  const ratios = trainings.map(({ seed, checkpoints }) => {
    const target = SAME_WELFARE * bestOf(checkpoints);
    const ours = checkpoints.find(({ gain }) => gain >= target)!;
    return round(sb3SecondsTo(target, seed, threads) / ours.loopSec, 1);
  });
  return { wallRatioSb3: median(ratios, '×', 'higher', 10) };
}

/** Where it never gets there: the time it took in vain, which is too little, and is told. */
function sb3SecondsTo(target: number, seed: number, threads: number): number {
  const scenario = scenarioFrom(SMALL_MARKET);
  const priceAlone = evaluate(scenario, null, VALIDATION_SEEDS).welfareMicro;
  let inVain = 0;
  for (const times of MORE_UPDATES) {
    progress(`stable-baselines3, seed ${seed}, ${times} × ${DEFAULT_PPO.updates} updates`);
    const updates = times * DEFAULT_PPO.updates;
    const lines = sb3({ scenario: SMALL_MARKET, seed, updates, threads, every: CHECKPOINT_EVERY }) ?? [];
    const reached = lines.find((line) => {
      const { welfareMicro } = evaluate(scenario, networkOf(line), VALIDATION_SEEDS);
      return welfareMicro / priceAlone - 1 >= target;
    });
    const { environmentSec = 0, learnerSec = 0 } = reached ?? lines.at(-1) ?? {};
    if (reached !== undefined) return environmentSec + learnerSec;
    inVain = Math.max(inVain, environmentSec + learnerSec);
  }
  process.stderr.write(`stable-baselines3, seed ${seed}, never came so far: its time is a lower bound\n`);
  return inVain;
}

function progress(what: string): void {
  process.stderr.write(`${what}\n`);
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
