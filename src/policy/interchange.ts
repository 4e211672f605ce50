import { AICChainError, FEATURES, type IntegerNetwork } from '../domain/index.ts';
import { load } from './network.ts';
import { dtypeOf, readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts';

/** A form in which the six tensors of a policy may come. */
interface Naming {
  readonly w1: string;
  readonly b1: string;
  readonly w2: string;
  readonly b2: string;
  readonly w3: string;
  readonly b3: string;
  /** Weights are [inputs, outputs], as published; else [outputs, inputs], as in PyTorch's Linear. */
  readonly rowIsInput: boolean;
}

const OURS: Naming = { w1: 'w1', b1: 'b1', w2: 'w2', b2: 'b2', w3: 'w3', b3: 'b3', rowIsInput: true };
const PYTORCH: Naming = {
  w1: 'fc1.weight',
  b1: 'fc1.bias',
  w2: 'fc2.weight',
  b2: 'fc2.bias',
  w3: 'fc3.weight',
  b3: 'fc3.bias',
  rowIsInput: false,
};
const LAYERS = ['w1', 'b1', 'w2', 'b2', 'w3', 'b3'] as const;
const SHIFTS = ['s1', 's2', 's3'] as const;
const INT8 = [-128, 127] as const;
const INT32 = [-(2 ** 31), 2 ** 31 - 1] as const;
const HINT = 'docs/policy.md, "Trained elsewhere", says what a policy file holds.';

/** The seed of a training is for people: it is not part of the policy. */
export interface Interchanged {
  readonly network: IntegerNetwork;
  readonly seed?: number;
}

/**
 * A policy as safetensors: w1 [24,H] and w2 [H,H] (row = input), w3 [H] of I8; b1 [H], b2 [H], b3 [1] of I32; the shifts
 * s1, s2, s3 as metadata. The same policy gives the same bytes.
 */
export function networkToSafetensors({ network, seed }: Interchanged): Uint8Array {
  load(network);
  const { hidden: h, b1, w1, b2, w2, b3, w3 } = network;
  const tensors = new Map<string, Tensor>([
    ['w1', { shape: [FEATURES, h], values: w1 }],
    ['b1', { shape: [h], values: b1 }],
    ['w2', { shape: [h, h], values: w2 }],
    ['b2', { shape: [h], values: b2 }],
    ['w3', { shape: [h], values: w3 }],
    ['b3', { shape: [1], values: Int32Array.of(b3) }],
  ]);
  const shifts = Object.fromEntries(SHIFTS.map((shift) => [shift, String(network[shift])]));
  const metadata = {
    format: 'aicchain-policy',
    ...shifts,
    ...(seed === undefined ? {} : { seed: String(seed) }),
  };
  return writeSafetensors({ tensors, metadata });
}

/**
 * The policy of a safetensors file. Takes our names (w1 … b3, row = input) or PyTorch's (fc1.weight … fc3.bias, row =
 * output), of I8, I32 or F32 that hold whole numbers. Refuses, by the name of the tensor, whatever is not exactly that.
 */
export function networkFromSafetensors(bytes: Uint8Array): Interchanged {
  const { tensors, metadata } = readSafetensors(bytes);
  const naming = namingOf(tensors);
  const { rowIsInput } = naming;
  const of = (layer: (typeof LAYERS)[number]) => ({
    name: naming[layer],
    tensor: tensors.get(naming[layer])!,
  });
  const hidden = hiddenOf(of('w1'), rowIsInput);
  const matrix = (inputs: number, outputs: number) => (rowIsInput ? [inputs, outputs] : [outputs, inputs]);
  const weights = (layer: 'w1' | 'w2' | 'w3', shapes: readonly number[][]) =>
    Int8Array.from(wholes(of(layer), shapes, INT8));
  const biases = (layer: 'b1' | 'b2' | 'b3', shapes: readonly number[][]) =>
    Int32Array.from(wholes(of(layer), shapes, INT32));
  const byInput = (values: Int8Array, inputs: number) => (rowIsInput ? values : transposed(values, inputs));
  const network: IntegerNetwork = {
    hidden,
    s1: shiftOf(metadata, 's1'),
    s2: shiftOf(metadata, 's2'),
    s3: shiftOf(metadata, 's3'),
    b1: biases('b1', [[hidden]]),
    w1: byInput(weights('w1', [matrix(FEATURES, hidden)]), FEATURES),
    b2: biases('b2', [[hidden]]),
    w2: byInput(weights('w2', [[hidden, hidden]]), hidden),
    b3: biases('b3', [[1], []])[0]!,
    w3: weights('w3', [matrix(hidden, 1), [hidden]]),
  };
  load(network);
  const seed = metadata.seed;
  return seed !== undefined && /^\d{1,10}$/.test(seed) ? { network, seed: Number(seed) } : { network };
}

/** Which of the two forms it is; a tensor too many or too few is refused by name. */
function namingOf(tensors: ReadonlyMap<string, Tensor>): Naming {
  const naming = [...tensors.keys()].some((name) => name.startsWith('fc')) ? PYTORCH : OURS;
  const wanted = LAYERS.map((layer) => naming[layer]);
  const all = `a policy has ${LAYERS.map((layer) => OURS[layer]).join(', ')}, or ${LAYERS.map((layer) => PYTORCH[layer]).join(', ')}`;
  for (const name of wanted) if (!tensors.has(name)) refuse(`tensor \`${name}\` is missing: ${all}`);
  for (const name of tensors.keys())
    if (!wanted.includes(name)) refuse(`tensor \`${name.slice(0, 60)}\` is unknown: ${all}`);
  return naming;
}

interface Named {
  readonly name: string;
  readonly tensor: Tensor;
}

/** H is what the first layer has; the others must agree. */
function hiddenOf({ name, tensor: { shape } }: Named, rowIsInput: boolean): number {
  const [inputs, hidden = 0] = rowIsInput ? shape : shape.toReversed();
  const fits = shape.length === 2 && inputs === FEATURES && hidden >= 8 && hidden <= 64 && hidden % 8 === 0;
  if (fits) return hidden;
  const wanted = rowIsInput ? `[${FEATURES}, H]` : `[H, ${FEATURES}]`;
  return refuse(
    `tensor \`${name}\` has shape ${show(shape)}, must be ${wanted} with H a multiple of 8 in 8..64`,
  );
}

/** The values of a tensor of one of the shapes, each a whole number within bounds. */
function wholes(
  { name, tensor }: Named,
  shapes: readonly (readonly number[])[],
  [min, max]: readonly [number, number],
): Tensor['values'] {
  const { shape, values } = tensor;
  if (!shapes.some((one) => show(one) === show(shape)))
    refuse(`tensor \`${name}\` has shape ${show(shape)}, must be ${shapes.map(show).join(' or ')}`);
  const wrong = values.findIndex((value) => !Number.isInteger(value) || value < min || value > max);
  if (wrong >= 0) {
    const at = `${name}[${placeIn(shape, wrong).join(', ')}]`;
    refuse(`${at} is ${values[wrong]} (${dtypeOf(values)}), must be a whole number from ${min} to ${max}`);
  }
  return values;
}

function shiftOf(metadata: Readonly<Record<string, string>>, name: (typeof SHIFTS)[number]): number {
  const text = metadata[name];
  if (text !== undefined && /^\d{1,2}$/.test(text)) return Number(text);
  const found = text === undefined ? 'is missing' : `is ${JSON.stringify(text.slice(0, 20))}`;
  return refuse(`metadata \`${name}\` ${found}, must be the shift of its layer as text, "0" to "24"`);
}

/** [outputs, inputs] as [inputs, outputs]. */
function transposed(values: Int8Array, inputs: number): Int8Array {
  const outputs = values.length / inputs;
  return values.map((_, at) => values[(at % outputs) * inputs + Math.floor(at / outputs)]!);
}

/** Of a value by its place in the file: rows first. */
function placeIn(shape: readonly number[], at: number): number[] {
  const [, columns] = shape;
  return columns === undefined ? [at] : [Math.floor(at / columns), at % columns];
}

const show = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

function refuse(what: string): never {
  throw new AICChainError('BadPolicyFile', what, { hint: HINT });
}
