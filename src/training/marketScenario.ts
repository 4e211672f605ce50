import {
  codeCeil,
  codeFloor,
  computeMflops,
  decode,
  type NodeRecord,
  type WorkloadSpec,
} from '../domain/index.ts';
import type { ArrivalProcess } from './arrivals.ts';
import { exp } from './elementary.ts';
import { gpuModel, type OwnAsks } from './gpuModels.ts';
import { impossible, whyNoneHolds } from './possible.ts';
import { Random } from './random.ts';
import { type Regions, syntheticRegions, typicalRttMs } from './regions.ts';
import {
  checkedScenario,
  devParameters,
  type Scenario,
  type SimulationParameters,
  sampleOf,
  type Welfare,
} from './scenario.ts';
import type { WorkloadKind } from './workloads.ts';
import type { Audits, Churn, Reliability, Site, World } from './world.ts';

export interface MarketNode {
  readonly model: string;
  readonly gpus: number;
}

export interface MarketJob {
  readonly gpus: number;
  /** On the middling GPU of the market. */
  readonly runSec: number;
  /** Models of which it needs one; empty: any. */
  readonly models: readonly string[];
  /** A GPU. */
  readonly memoryGiB: number;
  /** 0..10000; null: drawn. */
  readonly priority: number | null;
}

/** Every default is documented where it is set. */
export interface MarketOptions {
  /** Demanded GPU time over offered GPU time; about 1 is where choosing matters most. */
  readonly load: number;
  /** Of the market itself; episodes have seeds of their own. */
  readonly seed: number;
  readonly arrivals?: ArrivalProcess;
  readonly horizonRounds?: number;
  readonly urgentShare?: number;
  readonly regions?: Regions;
  /** By model name, AICC per GPU-hour, instead of the fitted asks. */
  readonly asks?: OwnAsks;
  readonly reliability?: Partial<Reliability>;
  /** null: nodes never go down. */
  readonly churn?: Partial<Churn> | null;
  readonly audits?: Partial<Audits>;
  readonly warmShare?: number;
  readonly parameters?: Partial<SimulationParameters>;
  readonly welfare?: Partial<Welfare>;
}

const ROUND_SEC = 60;
const REGIONS = 32;
/** An episode is this many times as long as a workload holds its GPUs on average. */
const HOLDINGS_PER_EPISODE = 8;
/** Budgets: this many times what the work costs on a node drawn from those that can do it, with this deviation of the logarithm. */
const BUDGET_OF_COST = 2;
const BUDGET_SIGMA = 0.5;
/** A job may take this many times as long as on the middling GPU. */
const PATIENCE_FOR_SPEED = [1.5, 6] as const;
/** Input data: log-normal, 1 GB in the middle. */
const DATA_MB_MEDIAN = 1_000;
const DATA_SIGMA = 1.2;
/** A warm start does not begin with a full network. */
const MOST_WARM = 0.9;

const RELIABILITY: Reliability = {
  faultMedian: 0.05,
  faultSigma: 1,
  faultMost: 0.3,
  faultOfCheapness: 0.4,
  bandwidthOfCheapness: 0.3,
  bandwidthMbpsMedian: 600,
  bandwidthSigma: 0.8,
  overclaimShare: 0.1,
  overclaimMost: 0.2,
  greenShare: 0.15,
};
const CHURN: Churn = { meanUpSec: 24 * 3_600, meanDownSec: 20 * 60, freshRounds: 4, startWindowRounds: 4 };
const AUDITS: Audits = { epochRounds: 60, oldestEpochs: 48 };
const GIB = 1_024;
const COMPUTE_SHIFT = 10;
const ALWAYS_FRESH = 0xffff_ffff;

/** A market of nodes and jobs with a world around them. Episodes start warm: other work holds min(load, 0.9) of the GPUs. */
export function marketScenario(
  nodes: readonly MarketNode[],
  jobs: readonly MarketJob[],
  options: MarketOptions,
): Scenario {
  const { load, seed } = options;
  if (nodes.length === 0) throw impossible('a scenario needs at least one node');
  if (jobs.length === 0) throw impossible('a scenario needs at least one job');
  if (!(load > 0 && Number.isFinite(load)))
    throw impossible(`load ${load} is not above 0`, 'About 1 fills the network.');
  const random = new Random(seed);
  const regions = options.regions ?? syntheticRegions(REGIONS, random.split(1).uint32());
  if (regions.rttMs.length === 0) throw impossible('there is no region');
  const sites = sitesOf(nodes, regions, options.asks ?? {}, random.split(2));
  const records = nodes.map(({ gpus }, c) => recordOf(gpus, sites[c]!, regions, c));
  const kinds = kindsOf(jobs, records, sites, random.split(3));
  const workloads = {
    kinds,
    sizeSpread: 1,
    budgetSpread: 1,
    budgetSigma: BUDGET_SIGMA,
    urgentShare: options.urgentShare ?? 0.3,
  };
  const sample = sampleOf(workloads, records, ROUND_SEC, Math.max(1_024, kinds.length));
  const offered = records.reduce((sum, { gpus }) => sum + gpus, 0) * ROUND_SEC;
  return checkedScenario({
    nodes: records,
    nodeVariation: { trustBps: null, askSpread: 1 },
    workloads,
    arrivals: options.arrivals ?? { kind: 'poisson' },
    arrivalsPerRound: (load * offered) / sample.gpuSec,
    world: worldOf(sites, regions, options),
    openRounds: Math.ceil((3 * sample.servingSec) / ROUND_SEC) + 2,
    roundSec: ROUND_SEC,
    horizonRounds: options.horizonRounds ?? Math.ceil((HOLDINGS_PER_EPISODE * sample.servingSec) / ROUND_SEC),
    workloadLimit: null,
    // What the largest penalty is worth is scaled to asks of cents, as a network would vote it.
    parameters: { ...devParameters(), maxPenaltyMicroPerGpuHour: 2_000_000, ...options.parameters },
    welfare: {
      urgencyValue: 1,
      // Run times differ by a factor of 300: what a client waits for gladly is a matter of how long the work runs.
      calmPatienceSec: 2 * sample.servingSec,
      urgentPatienceSec: 0.5 * sample.servingSec,
      calmPatienceRuns: 3,
      urgentPatienceRuns: 1,
      transferMicroPerGpuHour: 300_000,
      energyMicroPerKWh: 150_000,
      carbonMicroPerTonne: 100_000_000,
      fairnessBps: 100,
      failureAtNoTrust: 0,
      fragmentation: 0.1,
      ...options.welfare,
    },
    moneyUnitMicro: sample.budgetMicro,
  });
}

function worldOf(sites: readonly Site[], regions: Regions, options: MarketOptions): World {
  return {
    sites,
    regions,
    reliability: { ...RELIABILITY, ...options.reliability },
    churn: options.churn === null ? null : { ...CHURN, ...options.churn },
    audits: { ...AUDITS, ...options.audits },
    warmShare: options.warmShare ?? Math.min(options.load, MOST_WARM),
  };
}

function sitesOf(nodes: readonly MarketNode[], regions: Regions, asks: OwnAsks, random: Random): Site[] {
  return nodes.map(({ model: name }, c) => {
    const model = gpuModel(name, `node ${c}`);
    const ownAsks = asks[name] ?? asks[model.name] ?? null;
    if (ownAsks !== null) checkAsks(ownAsks, name);
    return { model, region: random.integer(regions.rttMs.length), ownAsks };
  });
}

function checkAsks(asks: readonly number[], model: string): void {
  if (asks.length === 0) throw impossible(`the list of asks for ${model} is empty`);
  for (const ask of asks) {
    if (!(ask > 0 && Number.isFinite(ask)))
      throw impossible(`an ask of ${ask} AICC for ${model} is not above 0`);
  }
}

/** As it claims, at the middling ask of its model; an episode draws ask, line and trust. */
function recordOf(gpus: number, { model, region }: Site, regions: Regions, c: number): NodeRecord {
  if (!(Number.isInteger(gpus) && gpus >= 1 && gpus <= 4_095)) {
    throw impossible(`node ${c} has ${gpus} GPUs, not a whole number from 1 to 4095`);
  }
  return {
    gpus,
    freeGpus: gpus,
    memoryCode: codeFloor(model.memoryGiB * GIB),
    computeCode: codeFloor(Math.floor((model.tflops * 1e6) / 2 ** COMPUTE_SHIFT)),
    computeShift: COMPUTE_SHIFT,
    bandwidthCode: codeFloor(RELIABILITY.bandwidthMbpsMedian),
    latencyCode: codeCeil(Math.round(typicalRttMs(regions, region) * 1_000) + 16),
    wattsCode: codeCeil(model.watts),
    classId: model.classId,
    trustBps: 5_000,
    active: true,
    flagged: false,
    excluded: false,
    green: false,
    freshUntilRound: ALWAYS_FRESH,
    askMicroPerGpuHour: Math.round(model.askAicc * 1e6),
    matchedRound: 0,
    matchedEntry: 0,
  };
}

function kindsOf(
  jobs: readonly MarketJob[],
  records: readonly NodeRecord[],
  sites: readonly Site[],
  random: Random,
): WorkloadKind[] {
  const referenceMflops = middlingMflops(records);
  const distinct = distinctNodes(records);
  const refused = new Map<string, string | null>();
  return jobs.map((job, i) => {
    const own = random.split(i);
    const spec = specOf(job, i, referenceMflops, own);
    const shape = `${spec.gpus} ${spec.memoryCode} ${spec.classMask}`;
    if (!refused.has(shape))
      refused.set(shape, whyNoneHolds({ ...spec, maxDurationSec: 2 ** 32 - 1 }, distinct));
    const why = refused.get(shape);
    if (why)
      throw impossible(`no node can hold job ${i}: it ${why}`, 'Take the job out, or add a node for it.');
    // The middling GPU is fast enough, but of the nodes that are large enough all may be slow: they get the time they need.
    const able = distinct.filter(
      (node) => whyNoneHolds({ ...spec, maxDurationSec: 2 ** 32 - 1 }, [node]) === null,
    );
    const fastest = Math.max(
      ...able.map(({ computeCode, computeShift }) => computeMflops(computeCode, computeShift)),
    );
    const slowdown = Math.max(1, referenceMflops / fastest);
    const maxDurationSec = Math.ceil(spec.maxDurationSec * slowdown + (spec.dataMB * 8) / SLOW_LINE_MBPS + 1);
    const costMicro = costOnSome({ ...spec, maxDurationSec }, records, sites, own);
    return {
      frequency: 1,
      spec: { ...spec, maxDurationSec },
      budgetMicro: Math.max(1, Math.round(BUDGET_OF_COST * costMicro)),
      gpuChoices: [],
      ...(job.priority === null ? {} : { priority: job.priority }),
    };
  });
}
/** Beyond the work, a job is given the time for its data over a line like this. */
const SLOW_LINE_MBPS = 100;
const TRIES = 16;

function specOf(job: MarketJob, i: number, referenceMflops: number, own: Random): WorkloadSpec {
  if (!(Number.isInteger(job.gpus) && job.gpus >= 1)) throw impossible(`job ${i} needs ${job.gpus} GPUs`);
  if (!(job.runSec > 0 && Number.isFinite(job.runSec))) throw impossible(`job ${i} runs ${job.runSec} s`);
  const classes = job.models.map((name) => gpuModel(name, `job ${i}`).classId);
  const [least, most] = PATIENCE_FOR_SPEED;
  return {
    gpus: job.gpus,
    memoryCode: codeCeil(Math.max(16, Math.round(job.memoryGiB * GIB))),
    classMask: maskOf(classes),
    computeGflop: Math.max(1, Math.round((job.runSec * referenceMflops * job.gpus) / 1_000)),
    dataMB: Math.min(50_000, Math.round(DATA_MB_MEDIAN * exp(DATA_SIGMA * own.normal()))),
    leaseSec: 0,
    maxDurationSec: Math.ceil(job.runSec * own.uniform(least, most)),
    priority: 0,
    minTrustBps: 0,
    maxRetries: 2,
    submittedRound: 0,
  };
}

/** A mask names the classes 0..15; a job that would also do with a later one may go anywhere. */
function maskOf(classes: readonly number[]): number {
  return classes.some((one) => one > 15) ? 0 : classes.reduce((mask, one) => mask | (1 << one), 0);
}

/** The speed at which work takes as long as on average over all GPUs. */
function middlingMflops(records: readonly NodeRecord[]): number {
  let [gpus, inverse] = [0, 0];
  for (const record of records) {
    gpus += record.gpus;
    inverse += record.gpus / computeMflops(record.computeCode, record.computeShift);
  }
  return gpus / inverse;
}

/** One of each model and size: what can be held at all does not depend on more. */
function distinctNodes(records: readonly NodeRecord[]): NodeRecord[] {
  return [...new Map(records.map((record) => [record.classId * 4_096 + record.gpus, record])).values()];
}

/** What the work costs at the middling ask of a node drawn from those that can do it. */
function costOnSome(
  spec: WorkloadSpec,
  records: readonly NodeRecord[],
  sites: readonly Site[],
  random: Random,
): number {
  let last = 0;
  for (let tries = 0; tries < records.length + TRIES; tries++) {
    const c = tries < TRIES ? random.integer(records.length) : tries - TRIES;
    const record = records[c]!;
    if (whyNoneHolds(spec, [record]) !== null) continue;
    const mflops = computeMflops(record.computeCode, record.computeShift) * spec.gpus;
    const sec = (spec.dataMB * 8) / decode(record.bandwidthCode) + (spec.computeGflop * 1_000) / mflops;
    const ownAsks = sites[c]!.ownAsks;
    const askAicc = ownAsks === null ? sites[c]!.model.askAicc : ownAsks[ownAsks.length >> 1]!;
    last = (spec.gpus * sec * askAicc * 1e6) / 3_600;
    break;
  }
  return last;
}
