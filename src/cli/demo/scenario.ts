/**
 * Who takes part in the demo. node1, node2 and workload1 are those of the original reference program
 * (latency, bandwidth, energy, GPUs; GPUs, data, compute intensity, priority), with units put to its numbers.
 */

/** What a node says of itself, in real units; codes are made of it at registration. */
export interface DemoNode {
  readonly name: string;
  readonly gpus: number;
  readonly askAiccPerGpuHour: number;
  readonly memoryMiBPerGpu: number;
  readonly latencyMs: number;
  readonly bandwidthMbps: number;
  readonly mflopsPerGpu: number;
  readonly watts: number;
  readonly green: boolean;
  /** What it delivers, relative to what it claims: a little above for the honest, half for the liar. */
  readonly deliveredCompute: number;
}

const HONEST = 1.25;
const LIAR = 0.5;

export const NODES: readonly DemoNode[] = [
  {
    name: 'node1',
    gpus: 4,
    askAiccPerGpuHour: 60,
    memoryMiBPerGpu: 8_192,
    latencyMs: 10,
    bandwidthMbps: 100,
    mflopsPerGpu: 192,
    watts: 500,
    green: false,
    deliveredCompute: HONEST,
  },
  {
    name: 'node2',
    gpus: 2,
    askAiccPerGpuHour: 57,
    memoryMiBPerGpu: 8_192,
    latencyMs: 15,
    bandwidthMbps: 80,
    mflopsPerGpu: 176,
    watts: 700,
    green: false,
    deliveredCompute: HONEST,
  },
  {
    name: 'node3',
    gpus: 4,
    askAiccPerGpuHour: 72,
    memoryMiBPerGpu: 16_384,
    latencyMs: 20,
    bandwidthMbps: 64,
    mflopsPerGpu: 192,
    watts: 400,
    green: true,
    deliveredCompute: HONEST,
  },
  {
    name: 'node4',
    gpus: 4,
    askAiccPerGpuHour: 54,
    memoryMiBPerGpu: 8_192,
    latencyMs: 12,
    bandwidthMbps: 96,
    mflopsPerGpu: 320,
    watts: 450,
    green: false,
    deliveredCompute: LIAR,
  },
  {
    name: 'node5',
    gpus: 2,
    askAiccPerGpuHour: 63,
    memoryMiBPerGpu: 4_096,
    latencyMs: 30,
    bandwidthMbps: 56,
    mflopsPerGpu: 128,
    watts: 350,
    green: false,
    deliveredCompute: HONEST,
  },
];

/** A node's line is this much better than it says, so that honest noise never costs it trust. */
export const HONEST_MARGIN = 1.25;

/** The class of hardware of every demo node: what an unaudited one counts for. */
export const DEMO_CLASS = {
  name: 'demo-cpu',
  computeShift: 0,
  floorMflops: 96,
  floorBandwidthMbps: 40,
  ceilingLatencyMs: 40,
  minWatts: 100,
};

export interface DemoWorkload {
  readonly name: string;
  readonly gpus: number;
  readonly computeGflop: number;
  readonly dataMB: number;
  readonly priority: number;
  /** For the work itself; fees and surcharge come on top. */
  readonly budgetAicc: number;
  readonly maxDurationSec: number;
}

/** The vision's workload: 2 GPUs, 100 MB, compute intensity 1000, priority 0.8. It is the training job that really runs. */
export const WORKLOAD1: DemoWorkload = {
  name: 'workload1',
  gpus: 2,
  computeGflop: 1_000,
  dataMB: 100,
  priority: 8_000,
  budgetAicc: 260,
  maxDurationSec: 9_000,
};

/** Company for it in the same round. */
export const WORKLOAD2: DemoWorkload = {
  name: 'workload2',
  gpus: 1,
  computeGflop: 300,
  dataMB: 20,
  priority: 2_000,
  budgetAicc: 120,
  maxDurationSec: 9_000,
};

/** Matched after the audit, when claims are measured: the liar's are too, and it is no longer eligible. */
export const WORKLOAD3: DemoWorkload = {
  name: 'workload3',
  gpus: 2,
  computeGflop: 600,
  dataMB: 40,
  priority: 5_000,
  budgetAicc: 200,
  maxDurationSec: 9_000,
};

/** The same twice: before and after the green vote. */
export const WORKLOAD4: DemoWorkload = { ...WORKLOAD3, name: 'workload4' };
export const WORKLOAD5: DemoWorkload = { ...WORKLOAD3, name: 'workload5' };

/** Start balances of the reference program. */
export const BALANCES = {
  node: { aicc: 1_000, aicg: 100 },
  client: { aicc: 2_000, aicg: 50 },
  auditor: { aicc: 1_000, aicg: 50 },
  matcher: { aicc: 1_000, aicg: 50 },
};

export const AUDITORS = 3;

/** Long beside a vote, short beside a workload; the demo moves the clock by hand, so it takes no longer to watch. */
export const ROUND_SEC = 60;
