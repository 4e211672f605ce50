import {
  ceilDiv,
  decode,
  durationSec,
  type Ineligible,
  type NodeRecord,
  type ParameterValues,
  type Weight,
  type WorkloadSpec,
} from '../domain/index.ts';
import { reasonAgainst } from './eligibility.ts';
import type { Pair } from './Matcher.ts';

export { durationSec };

/** The parameters that a weight depends on. */
export type WeightParameters = Pick<ParameterValues, 'maxPenaltyMicroPerGpuHour' | 'greenMicroPerKWh'>;

export const MAX_PENALTY = 65_535;
const SEC_PER_HOUR = 3_600n;
const WATTS_PER_KW = 1_000n;

/** The weight of an eligible pair under a penalty of the policy, 0..65535 (docs/PROTOCOL.md, "Weight of a pair"). */
export function weigh(
  spec: WorkloadSpec,
  record: NodeRecord,
  budgetMicro: number,
  penalty: number,
  params: WeightParameters,
): Weight {
  const seconds = durationSec(spec, record);
  const gpuSec = BigInt(spec.gpus) * seconds;
  const costMicro = costOf(record.askMicroPerGpuHour, gpuSec);
  const qualityMicro = ceilDiv(
    BigInt(penalty) * BigInt(params.maxPenaltyMicroPerGpuHour) * gpuSec,
    BigInt(MAX_PENALTY) * SEC_PER_HOUR,
  );
  const greenMicro = record.green
    ? 0n
    : ceilDiv(
        BigInt(decode(record.wattsCode)) * gpuSec * BigInt(params.greenMicroPerKWh),
        SEC_PER_HOUR * WATTS_PER_KW,
      );
  return {
    ineligible: 'None',
    durationSec: seconds,
    costMicro,
    penalty,
    qualityMicro,
    greenMicro,
    weightMicro: BigInt(budgetMicro) - costMicro - qualityMicro - greenMicro,
  };
}

/** What a node asks for `gpuSec` GPU-seconds, in micro-AICC, rounded up. */
export function costOf(askMicroPerGpuHour: number, gpuSec: bigint): bigint {
  return ceilDiv(BigInt(askMicroPerGpuHour) * gpuSec, SEC_PER_HOUR);
}

/** A workload and a node in a round, with what binds there. */
export interface PairInRound {
  readonly spec: WorkloadSpec;
  /** undefined: not registered. */
  readonly record: NodeRecord | undefined;
  readonly round: number;
  /** Whether the workload is open in the round. */
  readonly open: boolean;
  readonly budgetMicro: number;
  readonly parameters: WeightParameters & Pick<ParameterValues, 'flagBelowTrustBps'>;
}

/** The twin of `AICChain.weightOf`: hard rules first; the policy is asked only where they hold. */
export function weighPair(pair: PairInRound, penalty: () => number): Weight {
  const { spec, record, parameters } = pair;
  const reason = reasonAgainst(spec, record, pair.round, pair.open, parameters.flagBelowTrustBps);
  if (reason !== 'None' || record === undefined) return refused(reason, spec, record);
  return weigh(spec, record, pair.budgetMicro, penalty(), parameters);
}

/** A pair as a matcher sees it; null where it is not feasible. */
export function pairOf(weight: Weight): Pair | null {
  if (!isFeasible(weight)) return null;
  return { weightMicro: Number(weight.weightMicro), costMicro: Number(weight.costMicro) };
}

/** A pair is feasible where it is eligible and its weight is not negative. */
export function isFeasible(weight: Weight): boolean {
  return weight.ineligible === 'None' && weight.weightMicro >= 0n;
}

function refused(reason: Ineligible, spec: WorkloadSpec, record: NodeRecord | undefined): Weight {
  return {
    ineligible: reason,
    durationSec: record?.active ? durationSec(spec, record) : 0n,
    costMicro: 0n,
    penalty: 0,
    qualityMicro: 0n,
    greenMicro: 0n,
    weightMicro: 0n,
  };
}
