import {
  durationSec,
  FEATURES,
  fastDurationSec,
  type NetworkCounters,
  type NodeRecord,
  type NodeSpeed,
  nodeSpeed,
  type WorkloadSpec,
} from '../domain/index.ts';
import {
  refuseCounters,
  refusePair,
  refuseWorkload,
  writeFeatures,
  writeNetworkFeatures,
  writeNodeFeatures,
  writePairFeatures,
  writeWorkloadFeatures,
} from './features.ts';
import { load } from './network.ts';
import type { Policy } from './RLPolicyManager.ts';
import { hasScoringKernel, ROW_INPUTS, ScoringKernel, SHARED_FEATURES } from './ScoringKernel.ts';

export type ScoringEngine = 'wasm' | 'typescript';

/** What a policy makes of many pairs of one round, the same numbers from either engine. */
export interface Scores {
  readonly engine: ScoringEngine;
  /**
   * into[i] = penalty of the workload on records[i], 0..65535, for every i in `which`, or for all. Each must have the
   * GPUs free, as what is eligible has: else there are no features, and it is refused.
   * Fastest where the same records come at the same places again.
   */
  penalties(
    spec: WorkloadSpec,
    budgetMicro: number,
    records: readonly NodeRecord[],
    into: Uint16Array,
    which?: ArrayLike<number>,
  ): void;
}

/** What scoring needs of a policy: a network in training has no code yet. */
export type ScoredPolicy = Pick<Policy, 'network' | 'penalty'>;

type Counters = Pick<NetworkCounters, 'gpus' | 'freeGpus' | 'openWorkloads'>;

/**
 * Scores of `policy` in a round, where `counters` bind; without a policy every penalty is 0. Refuses a policy whose
 * network `load` refuses. `engine` is chosen by what there is, unless it is given.
 *
 * @example policyScores(policy, round, counters).penalties(spec, budgetMicro, records, into)
 */
export function policyScores(
  policy: ScoredPolicy | undefined,
  round: number,
  counters: Counters,
  engine: ScoringEngine = bestEngine(),
): Scores {
  if (policy === undefined) return zeroScores(engine);
  load(policy.network);
  refuseCounters(counters);
  return engine === 'wasm' ? wasmScores(policy, round, counters) : plainScores(policy, round, counters);
}

let chosen: ScoringEngine | undefined;
const bestEngine = (): ScoringEngine => {
  chosen ??= hasScoringKernel() ? 'wasm' : 'typescript';
  return chosen;
};

const zeroScores = (engine: ScoringEngine): Scores => ({
  engine,
  penalties(_spec, _budgetMicro, records, into, which = allOf(records)) {
    for (let k = 0; k < which.length; k++) into[which[k]!] = 0;
  },
});

/** Pair by pair, as AICChain.sol does it: what the other engine must equal. */
function plainScores(policy: ScoredPolicy, round: number, counters: Counters): Scores {
  const row = new Int16Array(FEATURES);
  return {
    engine: 'typescript',
    penalties(spec, budgetMicro, records, into, which = allOf(records)) {
      for (let k = 0; k < which.length; k++) {
        const i = which[k]!;
        into[i] = policy.penalty(writeFeatures(row, 0, spec, records[i]!, budgetMicro, round, counters));
      }
    },
  };
}

function wasmScores({ network }: ScoredPolicy, round: number, counters: Counters): Scores {
  const shared = new Int16Array(SHARED_FEATURES.length);
  writeNetworkFeatures(shared, 6, counters);
  return {
    engine: 'wasm',
    penalties(spec, budgetMicro, records, into, which = allOf(records)) {
      refuseWorkload(spec, round);
      writeWorkloadFeatures(shared, 0, spec, budgetMicro, round);
      rows ??= new Rows();
      rows.kernel.use(network, shared);
      rows.write(spec, records, which);
      rows.kernel.score(which, into);
    },
  };
}

/**
 * The rows of a kernel and the records that they are of. What is a node's own is written where a record comes to a
 * place; what a workload and a node make together is written each time.
 */
class Rows {
  readonly kernel = new ScoringKernel();
  readonly #records: NodeRecord[] = [];
  readonly #speeds: NodeSpeed[] = [];

  write(spec: WorkloadSpec, records: readonly NodeRecord[], which: ArrayLike<number>): void {
    this.kernel.reserve(records.length);
    const { rows } = this.kernel;
    for (let k = 0; k < which.length; k++) {
      const i = which[k]!;
      const record = records[i]!;
      const at = i * ROW_INPUTS;
      if (this.#records[i] !== record) {
        this.#speeds[i] = nodeSpeed(record);
        writeNodeFeatures(rows, at, record);
        this.#records[i] = record;
      }
      refusePair(spec, record);
      const speed = this.#speeds[i]!;
      const seconds = fastDurationSec(spec, record, speed);
      const exact = seconds === Infinity ? durationSec(spec, record) : seconds;
      writePairFeatures(rows, at + 9, spec, record, exact, speed.bandwidthMbps);
      rows[at + 13] = record.memoryCode - spec.memoryCode;
    }
  }
}

/** One for all policies and rounds: a row depends on neither. */
let rows: Rows | undefined;

let all = new Uint32Array();

/** 0, 1, 2, ... as many as there are records. */
function allOf({ length }: readonly unknown[]): Uint32Array {
  if (all.length < length) all = new Uint32Array(length).map((_, i) => i);
  return all.subarray(0, length);
}
