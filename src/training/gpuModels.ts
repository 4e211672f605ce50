import { AICChainError } from '../domain/index.ts';
import { exp } from './elementary.ts';
import type { Random } from './random.ts';

/** What is publicly known of a GPU, and what its owners ask for it. */
export interface GpuModel {
  readonly name: string;
  readonly classId: number;
  readonly memoryGiB: number;
  /** Dense fp16, as the vendor says; of GeForce cards with sums in fp32. */
  readonly tflops: number;
  /** TDP. */
  readonly watts: number;
  /** The middle of the asks, AICC per GPU-hour. */
  readonly askAicc: number;
  /** Deviation of ln ask. */
  readonly askSigma: number;
}

type Facts = readonly [name: string, memoryGiB: number, tflops: number, watts: number];
type Fitted = readonly [...Facts, askAicc: number, askSigma: number];

/**
 * Asks are log-normal, fitted by model to 90 offers of a peer-to-peer market (skypilot-catalog, vast table; 1 USD = 1 AICC).
 * Models with fewer than 4 offers have the spread of all offers around their models.
 */
const POOLED_SIGMA = 0.134;
const OFFERED: readonly Fitted[] = [
  ['RTX4090', 24, 165, 450, 0.413, 0.155],
  ['RTX4090D', 24, 147, 425, 0.467, POOLED_SIGMA],
  ['RTX4080S', 16, 104, 320, 0.24, POOLED_SIGMA],
  ['RTX3090', 24, 71, 350, 0.2, 0.178],
  ['RTX3090Ti', 24, 80, 450, 0.2, POOLED_SIGMA],
  ['RTXA4000', 16, 77, 140, 0.096, 0.07],
  ['RTX6000-Ada', 48, 364, 300, 0.849, 0.073],
  ['L40S', 48, 362, 350, 0.771, 0.146],
  ['H100_PCIE', 80, 756, 350, 2.081, 0.128],
  ['H100_NVL', 94, 835, 400, 2.821, 0.067],
  ['H100_SXM', 80, 989, 700, 2.442, 0.084],
];

/** Of models without offers: ln ask = −6.52 + 1.093 · ln tflops, the line through those above; 0.23 is how far they lie off it. */
const LINE_SIGMA = 0.23;
const UNOFFERED: readonly (readonly [...Facts, askAicc: number])[] = [
  ['T4', 16, 65, 70, 0.141],
  ['P100', 16, 21, 250, 0.041],
  ['V100M16', 16, 125, 300, 0.289],
  ['V100M32', 32, 125, 300, 0.289],
  ['A10', 24, 125, 150, 0.289],
  ['A100', 80, 312, 400, 0.784],
];

/** openb hides two models; by memory and speed they are taken for an A10 and an A100. */
const ALIASES: readonly (readonly [name: string, as: string])[] = [
  ['G2', 'A10'],
  ['G3', 'A100'],
];

const TABLE = table();
/** All that are known. */
export const GPU_MODELS: readonly GpuModel[] = [...TABLE.values()];

/** The model of a name that a trace or a market uses; spaces, dashes and case do not matter. */
export function gpuModel(name: string, where: string): GpuModel {
  const model = TABLE.get(keyOf(name));
  if (model !== undefined) return model;
  const known = GPU_MODELS.map((one) => one.name).join(', ');
  throw new AICChainError(
    'UNKNOWN_GPU_MODEL',
    `${where} has GPUs of the model "${name}", which is not known`,
    {
      hint: `Known are ${known}.`,
    },
  );
}

/** Asks of one's own by model name, AICC per GPU-hour: drawn from as they are, instead of the fitted ones. */
export type OwnAsks = Readonly<Record<string, readonly number[]>>;

/** `cheapness` is standard normal: how far below the middle of its model a node asks. */
export function drawAskAicc(
  model: GpuModel,
  cheapness: number,
  own: readonly number[] | undefined,
  random: Random,
): number {
  const pick = random.float();
  if (own === undefined) return model.askAicc * exp(-model.askSigma * cheapness);
  return own[Math.floor(pick * own.length)]!;
}

function table(): ReadonlyMap<string, GpuModel> {
  const models = new Map<string, GpuModel>();
  const add = ([name, memoryGiB, tflops, watts, askAicc, askSigma]: Fitted) =>
    models.set(keyOf(name), { name, classId: models.size, memoryGiB, tflops, watts, askAicc, askSigma });
  // Those of recorded clusters first: jobs ask for them by name, and a class mask names the classes 0..15.
  for (const facts of UNOFFERED) add([...facts, LINE_SIGMA]);
  for (const [name, as] of ALIASES)
    models.set(keyOf(name), { ...models.get(keyOf(as))!, name, classId: models.size });
  for (const facts of OFFERED) add(facts);
  return models;
}

function keyOf(name: string): string {
  return name
    .toUpperCase()
    .replaceAll(/[\s_-]/g, '')
    .replace(/^(NVIDIA|TESLA)/, '');
}
