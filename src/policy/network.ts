import { AICChainError, FEATURES, type IntegerNetwork } from '../domain/index.ts';

/** A network whose bounds were checked, with its scratch. Only `load` makes one. */
export interface LoadedNetwork {
  readonly network: IntegerNetwork;
  readonly scratch: { readonly first: Int32Array; readonly second: Int32Array };
}

const LARGEST_ACTIVATION = 255;
const LARGEST_PENALTY = 65_535;
const MAX_SHIFT = 24;

/**
 * Checks shape and bounds; refuses by name. After it no accumulator of `evaluate` can leave int32: the widest sum,
 * 2^20 + 24 · 128 · 32768 in the first layer, is below 2^31, so that bound on |b| + Σ |w|·xmax needs no check of its own.
 */
export function load(network: IntegerNetwork): LoadedNetwork {
  const { hidden: h, b1, w1, b2, w2, b3, w3 } = network;
  if (!Number.isInteger(h) || h < 8 || h > 64 || h % 8 !== 0) refuse('hidden', h, 'a multiple of 8 in 8..64');
  for (const shift of ['s1', 's2', 's3'] as const) {
    const s = network[shift];
    if (!Number.isInteger(s) || s < 0 || s > MAX_SHIFT) refuse(shift, s, `in 0..${MAX_SHIFT}`);
  }
  const lengths = [
    ['b1', b1, h],
    ['w1', w1, FEATURES * h],
    ['b2', b2, h],
    ['w2', w2, h * h],
    ['w3', w3, h],
  ] as const;
  for (const [name, { length: actual }, length] of lengths)
    if (actual !== length) refuse(`length of ${name}`, actual, `${length}`);
  for (const [j, bias] of b1.entries()) refuseBias(`b1[${j}]`, bias, 2 ** 20);
  for (const [j, bias] of b2.entries()) refuseBias(`b2[${j}]`, bias, 2 ** 16);
  refuseBias('b3', b3, 2 ** 20);
  return { network, scratch: { first: new Int32Array(h), second: new Int32Array(h) } };
}

/**
 * The penalty of 24 features starting at `offset`, 0..65535. Exact; allocates nothing.
 * Every product and partial sum is within int32.
 */
export function evaluate(loaded: LoadedNetwork, features: Int16Array, offset = 0): number {
  const { hidden, s1, s2, s3, b1, w1, b2, w2, b3, w3 } = loaded.network;
  const { first, second } = loaded.scratch;

  first.set(b1);
  for (let i = 0, row = 0; i < FEATURES; i++, row += hidden)
    accumulate(first, features[offset + i]!, w1, row);
  rectify(first, s1);

  second.set(b2);
  for (let i = 0, row = 0; i < hidden; i++, row += hidden) accumulate(second, first[i]!, w2, row);
  rectify(second, s2);

  let acc = b3;
  for (let i = 0; i < hidden; i++) acc = (acc + second[i]! * w3[i]!) | 0;
  return Math.min(LARGEST_PENALTY, Math.max(0, acc >> s3));
}

function accumulate(acc: Int32Array, x: number, w: Int8Array, row: number): void {
  if (x === 0) return;
  for (let j = 0; j < acc.length; j++) acc[j]! += x * w[row + j]!;
}

function rectify(acc: Int32Array, shift: number): void {
  for (let j = 0; j < acc.length; j++) acc[j] = Math.min(LARGEST_ACTIVATION, Math.max(0, acc[j]!) >> shift);
}

function refuseBias(name: string, value: number, bound: number): void {
  if (!Number.isInteger(value) || Math.abs(value) >= bound)
    refuse(name, value, `below ${bound} in magnitude`);
}

function refuse(what: string, value: number, need: string): never {
  throw new AICChainError('BadNetwork', `${what} is ${value}, must be ${need}`);
}
