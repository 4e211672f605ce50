import { bandwidthCode, computeCode, latencyCode, wattsCode } from '../domain/codes.ts';
import type { GpuClass } from '../domain/types.ts';
import type { Profile } from './deployment.ts';

/** Periods of a network; what governance can change later is among the parameters instead. */
export interface Periods {
  readonly roundSec: number;
  readonly epochRounds: number;
  readonly votingDelaySec: number;
  readonly votingPeriodSec: number;
  /** A quorum reached late leaves at least this long to answer it. */
  readonly lateQuorumExtensionSec: number;
  readonly timelockDelaySec: number;
  readonly proposalThresholdWei: bigint;
  /** Of the supply of AICG. */
  readonly quorumPercent: number;
  readonly cooldownsApply: boolean;
}

const AICG = 10n ** 18n;
const DAY = 86_400;

export const PROFILES: Readonly<Record<Profile, Periods>> = {
  dev: {
    roundSec: 4,
    epochRounds: 12,
    votingDelaySec: 2,
    votingPeriodSec: 8,
    lateQuorumExtensionSec: 2,
    timelockDelaySec: 4,
    proposalThresholdWei: AICG,
    quorumPercent: 4,
    cooldownsApply: false,
  },
  public: {
    roundSec: 10,
    epochRounds: 360,
    votingDelaySec: DAY,
    votingPeriodSec: 3 * DAY,
    lateQuorumExtensionSec: DAY,
    timelockDelaySec: 2 * DAY,
    proposalThresholdWei: 1_000n * AICG,
    quorumPercent: 4,
    cooldownsApply: true,
  },
};

interface ClassInUnits {
  readonly name: string;
  readonly computeShift: number;
  readonly floorMflops: number;
  readonly floorMbps: number;
  readonly ceilingUs: number;
  readonly minWatts: number;
}

const inCodes = ({
  name,
  computeShift,
  floorMflops,
  floorMbps,
  ceilingUs,
  minWatts,
}: ClassInUnits): GpuClass => ({
  name,
  computeShift,
  floorComputeCode: computeCode(floorMflops, computeShift),
  floorBandwidthCode: bandwidthCode(floorMbps),
  ceilingLatencyCode: latencyCode(ceilingUs),
  minWattsCode: wattsCode(minWatts),
});

/**
 * Classes of hardware that a network starts with. The shift places the 16 octaves of a compute code:
 * 16 MFLOPS to 1 TFLOPS, 4 GFLOPS to 260 TFLOPS, 65 GFLOPS to 4 PFLOPS per GPU.
 */
export const DEFAULT_CLASSES: readonly GpuClass[] = [
  { name: 'cpu', computeShift: 0, floorMflops: 200, floorMbps: 16, ceilingUs: 200_000, minWatts: 16 },
  {
    name: 'consumer-gpu',
    computeShift: 8,
    floorMflops: 4_000_000,
    floorMbps: 32,
    ceilingUs: 150_000,
    minWatts: 80,
  },
  {
    name: 'datacenter-gpu',
    computeShift: 12,
    floorMflops: 40_000_000,
    floorMbps: 64,
    ceilingUs: 100_000,
    minWatts: 200,
  },
].map(inCodes);
