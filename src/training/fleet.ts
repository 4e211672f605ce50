import { codeFloorClamped, computeMflops, decode, type NodeRecord } from '../domain/index.ts';
import { afterAudit, type Claim, floorOf, measure } from './audits.ts';
import { exp, log } from './elementary.ts';
import { drawAskAicc } from './gpuModels.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** The nodes of one episode: what the network has on record, and what is true. Arrays are by node index. */
export interface Fleet {
  /** As they bind; replaced when they change. */
  readonly records: NodeRecord[];
  readonly claims: readonly Claim[];
  /** Per GPU, in truth. */
  readonly mflops: Float64Array;
  readonly mbps: Float64Array;
  readonly watts: Float64Array;
  readonly gCo2PerKWh: Float64Array;
  /** -1 where the scenario has no regions. */
  readonly region: Int32Array;
  /** Probability that a run fails for the node's own reasons. */
  readonly fault: Float64Array;
  /** Mean time between going down. */
  readonly upSec: Float64Array;
  /** Audits in a row without an answer. */
  readonly unanswered: Uint8Array;
}

/** The average grid, where a scenario does not say where its nodes are. */
const WORLD_GCO2_PER_KWH = 400;

export function drawFleet(scenario: Scenario, random: Random): Fleet {
  const { nodes, nodeVariation, world } = scenario;
  const count = nodes.length;
  const records = nodes.map((node, c) => strayed(node, nodeVariation, random.split(c)));
  const fleet = {
    records,
    claims: records.map(({ computeCode, bandwidthCode, latencyCode }) => ({
      computeCode,
      bandwidthCode,
      latencyCode,
    })),
    mflops: Float64Array.from(records, (one) => computeMflops(one.computeCode, one.computeShift)),
    mbps: Float64Array.from(records, (one) => decode(one.bandwidthCode)),
    watts: Float64Array.from(records, (one) => decode(one.wattsCode)),
    gCo2PerKWh: new Float64Array(count).fill(WORLD_GCO2_PER_KWH),
    region: new Int32Array(count).fill(-1),
    fault: Float64Array.from(records, ({ trustBps }) => faultOfTrust(scenario, trustBps)),
    upSec: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    unanswered: new Uint8Array(count),
  };
  if (world !== null) for (let c = 0; c < count; c++) settle(fleet, c, world, random.split(c).split(0));
  return fleet;
}

/** Asks and trust strayed from the registered, so that a policy learns from features and not by heart. */
function strayed(
  node: NodeRecord,
  { trustBps, askSpread }: Scenario['nodeVariation'],
  own: Random,
): NodeRecord {
  const factor = exp(own.uniform(-log(askSpread), log(askSpread)));
  return {
    ...node,
    askMicroPerGpuHour: Math.max(1, Math.round(node.askMicroPerGpuHour * factor)),
    trustBps: trustBps === null ? node.trustBps : Math.round(own.uniform(trustBps[0], trustBps[1])),
  };
}

function faultOfTrust({ welfare }: Scenario, trustBps: number): number {
  const doubt = 1 - trustBps / 10_000;
  return Math.min(1, welfare.failureAtNoTrust * doubt * doubt);
}

type Drawn = Omit<Fleet, 'claims'> & { claims: Claim[] };

/** Draws what a node is, what it claims, and what the audits since it joined have made of that. */
function settle(fleet: Drawn, c: number, world: World, random: Random): void {
  const { reliability, churn, audits, sites, regions } = world;
  const { model, region, ownAsks } = sites[c]!;
  const node = fleet.records[c]!;
  const cheapness = random.normal();
  const overclaims = random.float() < reliability.overclaimShare;
  const overclaim = random.float() * (overclaims ? reliability.overclaimMost : 0);
  const isGreen = random.float() < reliability.greenShare;

  const fault =
    reliability.faultMedian *
    exp(reliability.faultSigma * random.normal() + reliability.faultOfCheapness * cheapness) *
    (overclaims ? 2 : 1);
  fleet.fault[c] = Math.min(reliability.faultMost, fault);
  const mbps =
    reliability.bandwidthMbpsMedian *
    exp(reliability.bandwidthSigma * random.normal() - reliability.bandwidthOfCheapness * cheapness);
  fleet.mbps[c] = Math.min(LARGEST_MBPS, Math.max(SMALLEST_MBPS, mbps));
  fleet.mflops[c] = fleet.mflops[c]! * (1 - overclaim);
  fleet.gCo2PerKWh[c] = regions.gCo2PerKWh[region]!;
  fleet.region[c] = region;
  if (churn !== null) fleet.upSec[c] = churn.meanUpSec * Math.sqrt(reliability.faultMedian / fleet.fault[c]!);

  const askAicc = drawAskAicc(model, cheapness, ownAsks ?? undefined, random);
  const claim = { ...fleet.claims[c]!, bandwidthCode: codeFloorClamped(fleet.mbps[c]! / (1 - overclaim)) };
  fleet.claims[c] = claim;
  const joined = { ...node, green: isGreen, askMicroPerGpuHour: Math.max(1, Math.round(askAicc * 1e6)) };
  fleet.records[c] = floorOf(joined, claim);
  const epochs = random.integer(audits.oldestEpochs + 1);
  for (let epoch = 0; epoch < epochs; epoch++) audit(fleet, c, random);
}

const SMALLEST_MBPS = 16;
const LARGEST_MBPS = 10_000;

/** One audit of a node that answers. */
export function audit(fleet: Fleet, c: number, random: Random): void {
  const measured = measure(fleet, c, random);
  fleet.records[c] = afterAudit(fleet.records[c]!, fleet.claims[c]!, measured);
  fleet.unanswered[c] = 0;
}
