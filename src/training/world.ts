import type { GpuModel } from './gpuModels.ts';
import { impossible } from './possible.ts';
import { checkRegions, type Regions } from './regions.ts';

/** What is true of nodes whatever they claim; drawn anew in each episode but for models and regions. */
export interface World {
  /** By node. */
  readonly sites: readonly Site[];
  readonly regions: Regions;
  readonly reliability: Reliability;
  /** null: nodes never go down. */
  readonly churn: Churn | null;
  readonly audits: Audits;
  /** Part of the GPUs that other work holds when the episode starts, so that it starts warm. */
  readonly warmShare: number;
}

/** Where a node is, and which GPUs it has. */
export interface Site {
  readonly model: GpuModel;
  /** Index into the regions. */
  readonly region: number;
  /** Asks of this node are drawn from these, AICC per GPU-hour; null: as the market asks for the model. */
  readonly ownAsks: readonly number[] | null;
}

export interface Reliability {
  /** The middle probability that a run fails for the node's own reasons, and the deviation of its logarithm. */
  readonly faultMedian: number;
  readonly faultSigma: number;
  readonly faultMost: number;
  /** How much cheaper nodes (one deviation of the ask) fail more and have slower lines: changes of the logarithm. */
  readonly faultOfCheapness: number;
  readonly bandwidthOfCheapness: number;
  /** The middle line, and the deviation of its logarithm. */
  readonly bandwidthMbpsMedian: number;
  readonly bandwidthSigma: number;
  /** Part of the nodes that claim more compute and bandwidth than they have, and by at most this part. */
  readonly overclaimShare: number;
  readonly overclaimMost: number;
  /** Part of the nodes with a green certificate. */
  readonly greenShare: number;
}

export interface Churn {
  /** Mean time up of a node of middling reliability; more faulty ones stay up shorter. */
  readonly meanUpSec: number;
  readonly meanDownSec: number;
  /** A node counts as fresh for this long after its last heartbeat. */
  readonly freshRounds: number;
  /** A workload matched to a node that is down opens again after this long. */
  readonly startWindowRounds: number;
}

export interface Audits {
  readonly epochRounds: number;
  /** Nodes joined up to this many epochs before the episode; those of this epoch count for their class floor. */
  readonly oldestEpochs: number;
}

export function checkWorld(world: World, nodes: number): void {
  checkRegions(world.regions);
  if (world.sites.length !== nodes) throw impossible(`${nodes} nodes have ${world.sites.length} sites`);
  world.sites.forEach(({ region }, c) => {
    if (world.regions.rttMs[region] === undefined)
      throw impossible(`node ${c} is in region ${region}, which does not exist`);
  });
  const { churn, audits, reliability, warmShare } = world;
  const shares = {
    warmShare,
    faultMost: reliability.faultMost,
    overclaimShare: reliability.overclaimShare,
    greenShare: reliability.greenShare,
  };
  for (const [name, share] of Object.entries(shares)) {
    if (!(share >= 0 && share <= 1)) throw impossible(`${name} is ${share}, not in 0..1`);
  }
  const positive = { ...churn, epochRounds: audits.epochRounds };
  for (const [name, value] of Object.entries(positive)) {
    if (!(value > 0)) throw impossible(`${name} is ${value}, not above 0`);
  }
}
