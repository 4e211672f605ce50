/** The rules of a round that are compared: the protocol's, and three that are broken on purpose. */
import { type Entry, lg16, NodeId } from '../../src/domain/index.ts';
import { certifiedMatcher, type Matcher } from '../../src/match/index.ts';

/** How a round is cleared, and how pairs are scored for it. */
export interface Rule {
  readonly name: string;
  readonly matcher: Matcher;
  /** Whether a winner's pay for a workload moves with its own ask. */
  readonly payMovesWithAsk: boolean;
  /** The penalty that counts, from the policy's and the node's own ask. The protocol's does not look at the ask. */
  penalty(policyPenalty: number, askMicroPerGpuHour: number): number;
}

const asThePolicySays = (penalty: number) => penalty;

/** docs/PROTOCOL.md: best welfare, VCG prices, scores that see no ask. */
export const protocol: Rule = {
  name: 'protocol',
  matcher: certifiedMatcher,
  payMovesWithAsk: false,
  penalty: asThePolicySays,
};

/** Penalty for each 16th of an octave that an ask is below DEAR: a policy that took price for quality. */
const PENALTY_OF_CHEAPNESS = 256;
const DEAR = lg16(4_000_000);
const LARGEST_PENALTY = 65_535;

/** Broken: the same matcher, but the score of a node falls with its own ask. */
const scoreSeesAsk: Rule = {
  name: 'score sees own ask',
  matcher: certifiedMatcher,
  payMovesWithAsk: true,
  penalty: (penalty, ask) =>
    Math.min(LARGEST_PENALTY, Math.max(0, penalty + PENALTY_OF_CHEAPNESS * (DEAR - lg16(ask)))),
};

/** Broken: the best assignment, but the winner is paid what it asked for. */
const firstPrice: Rule = {
  name: 'first price',
  payMovesWithAsk: true,
  penalty: asThePolicySays,
  matcher: {
    name: 'first-price',
    match: (instance) =>
      certifiedMatcher
        .match(instance)
        .map((entry) => ({ ...entry, vMicro: 0, priceMicro: entry.priceMicro - entry.vMicro })),
  },
};

/**
 * Broken: workloads choose in order of their ids, each the best node that is still free, and pay what that node could
 * have asked and still been chosen then. Truthful for each choice alone; but who is dear now is free later.
 */
const sequentialGreedy: Rule = {
  name: 'sequential greedy',
  payMovesWithAsk: false,
  penalty: asThePolicySays,
  matcher: {
    name: 'sequential-greedy',
    match(instance) {
      const taken = new Set<number>();
      const entries: Entry[] = [];
      for (const [w, workload] of instance.workloads.entries()) {
        let best = { c: -1, weightMicro: -1, costMicro: 0 };
        let runnerUpMicro = 0; // staying unmatched
        for (const c of instance.nodes.keys()) {
          const pair = taken.has(c) ? null : instance.pair(w, c);
          if (pair === null) continue;
          if (pair.weightMicro <= best.weightMicro) {
            runnerUpMicro = Math.max(runnerUpMicro, pair.weightMicro);
            continue;
          }
          runnerUpMicro = Math.max(runnerUpMicro, best.weightMicro);
          best = { c, ...pair };
        }
        if (best.c < 0) continue;
        taken.add(best.c);
        const vMicro = best.weightMicro - runnerUpMicro;
        entries.push({
          workload: workload.id,
          node: instance.nodes[best.c]!.id,
          uMicro: runnerUpMicro,
          vMicro,
          priceMicro: best.costMicro + vMicro,
          next: NodeId(0),
          rank: 0,
        });
      }
      return entries;
    },
  },
};

export const BROKEN: readonly Rule[] = [scoreSeesAsk, sequentialGreedy, firstPrice];
