import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FEATURES, type IntegerNetwork } from '../domain/index.ts';
import { networkFromSafetensors, networkToSafetensors } from './interchange.ts';
import { loadPolicy } from './RLPolicyManager.ts';
import { drawNetwork, seededWeights } from './randomNetwork.ts';
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts';
import { encodeWeights } from './weightsBytes.ts';

const H = 16;
const network = drawNetwork(H, seededWeights(5));
const hashOf = (one: IntegerNetwork) => loadPolicy(encodeWeights(one)).codeHash;

type Change = (tensors: Map<string, Tensor>, metadata: Record<string, string>) => void;
/** The file of a policy with something changed. */
function changed(from: Uint8Array, change: Change): Uint8Array {
  const { tensors, metadata } = readSafetensors(from);
  const [all, texts] = [new Map(tensors), { ...metadata }];
  change(all, texts);
  return writeSafetensors({ tensors: all, metadata: texts });
}
const ours = (change: Change) => () =>
  networkFromSafetensors(changed(networkToSafetensors({ network }), change));

/** As PyTorch writes three Linear layers after fake quantisation: rows are outputs, whole numbers in F32. */
function pytorch({ hidden: h, w1, b1, w2, b2, w3, b3, s1, s2, s3 }: IntegerNetwork): Uint8Array {
  const linear = (w: Int8Array, inputs: number, outputs: number): Tensor => ({
    shape: [outputs, inputs],
    values: Float32Array.from(
      { length: inputs * outputs },
      (_, at) => w[(at % inputs) * outputs + Math.floor(at / inputs)]!,
    ),
  });
  const bias = (b: Int32Array): Tensor => ({ shape: [b.length], values: Float32Array.from(b) });
  return writeSafetensors({
    tensors: new Map([
      ['fc1.weight', linear(w1, FEATURES, h)],
      ['fc1.bias', bias(b1)],
      ['fc2.weight', linear(w2, h, h)],
      ['fc2.bias', bias(b2)],
      ['fc3.weight', linear(w3, h, 1)],
      ['fc3.bias', bias(Int32Array.of(b3))],
    ]),
    metadata: { s1: `${s1}`, s2: `${s2}`, s3: `${s3}` },
  });
}
const linears = (change: Change) => () => networkFromSafetensors(changed(pytorch(network), change));

describe('a policy is refused, by the name of the tensor, for', () => {
  const i8 = (...shape: number[]): Tensor => ({
    shape,
    values: new Int8Array(shape.reduce((a, b) => a * b, 1)),
  });
  const i32 = (...shape: number[]): Tensor => ({
    shape,
    values: new Int32Array(shape.reduce((a, b) => a * b, 1)),
  });
  test.each([
    [
      'no second layer',
      ours((t) => t.delete('w2')),
      'tensor `w2` is missing: a policy has w1, b1, w2, b2, w3, b3, or fc1.weight',
    ],
    ['a fourth layer', ours((t) => t.set('w4', i8(1))), 'tensor `w4` is unknown'],
    ['both forms at once', linears((t) => t.set('w1', i8(1))), 'tensor `w1` is unknown'],
    [
      '25 features',
      ours((t) => t.set('w1', i8(25, H))),
      'tensor `w1` has shape [25, 16], must be [24, H] with H a multiple of 8 in 8..64',
    ],
    [
      '12 hidden units',
      ours((t) => t.set('w1', i8(24, 12))),
      'tensor `w1` has shape [24, 12], must be [24, H]',
    ],
    ['72 hidden units', ours((t) => t.set('w1', i8(24, 72))), 'tensor `w1` has shape [24, 72]'],
    ['no hidden units', ours((t) => t.set('w1', i8(24, 0))), 'tensor `w1` has shape [24, 0]'],
    [
      'rows of PyTorch by our name',
      ours((t) => t.set('w1', i8(H, 24))),
      'tensor `w1` has shape [16, 24], must be [24, H]',
    ],
    [
      'our rows by the name of PyTorch',
      linears((t) => t.set('fc1.weight', i8(24, H))),
      'tensor `fc1.weight` has shape [24, 16], must be [H, 24]',
    ],
    ['a cube', ours((t) => t.set('w1', i8(24, H, 1))), 'tensor `w1` has shape [24, 16, 1]'],
    [
      'a narrower second layer',
      ours((t) => t.set('w2', i8(H, 8))),
      'tensor `w2` has shape [16, 8], must be [16, 16]',
    ],
    ['a bias too few', ours((t) => t.set('b1', i32(H - 1))), 'tensor `b1` has shape [15], must be [16]'],
    [
      'two outputs',
      linears((t) => t.set('fc3.weight', i8(2, H))),
      'tensor `fc3.weight` has shape [2, 16], must be [1, 16] or [16]',
    ],
    ['two last biases', ours((t) => t.set('b3', i32(2))), 'tensor `b3` has shape [2], must be [1] or []'],
    [
      'a weight that is no whole number',
      linears((t) => t.get('fc1.weight')!.values.set([0.5], 3 * 24 + 7)),
      'fc1.weight[3, 7] is 0.5 (F32), must be a whole number from -128 to 127',
    ],
    ['NaN', linears((t) => t.get('fc2.bias')!.values.set([Number.NaN], 4)), 'fc2.bias[4] is NaN (F32)'],
    [
      'infinity',
      linears((t) => t.get('fc3.bias')!.values.set([Infinity], 0)),
      'fc3.bias[0] is Infinity (F32)',
    ],
    [
      'a weight of 128',
      linears((t) => t.get('fc2.weight')!.values.set([128], 0)),
      'fc2.weight[0, 0] is 128 (F32), must be a whole number from -128 to 127',
    ],
    [
      'a bias that could overflow',
      ours((t) => t.get('b2')!.values.set([2 ** 16], 1)),
      'b2[1] is 65536, must be below 65536 in magnitude',
    ],
    [
      'a bias beyond int32',
      linears((t) => t.get('fc1.bias')!.values.set([2 ** 31], 0)),
      'fc1.bias[0] is 2147483648 (F32)',
    ],
    [
      'no shift',
      ours((_, m) => delete m.s2),
      'metadata `s2` is missing, must be the shift of its layer as text, "0" to "24"',
    ],
    [
      'a shift that is no number',
      ours((_, m) => Object.assign(m, { s1: '1.5' })),
      'metadata `s1` is "1.5", must be',
    ],
    ['a shift of 25', ours((_, m) => Object.assign(m, { s3: '25' })), 's3 is 25, must be in 0..24'],
  ])('%s', (_, read, message) => {
    expect(read).toThrow(message);
  });
});

describe('a policy', () => {
  test('round trip: the same network, seed, bytes and hash', () => {
    const property = fc.property(
      fc.constantFrom(8, 16, 40, 64),
      fc.integer(),
      fc.option(fc.nat(2 ** 32 - 1), { nil: undefined }),
      (hidden, draw, seed) => {
        const one = {
          network: drawNetwork(hidden, seededWeights(draw)),
          ...(seed === undefined ? {} : { seed }),
        };
        const bytes = networkToSafetensors(one);
        expect(networkFromSafetensors(bytes)).toEqual(one);
        expect(networkToSafetensors(networkFromSafetensors(bytes))).toEqual(bytes);
      },
    );
    fc.assert(property, { seed: 53, numRuns: 20 });
    expect(hashOf(networkFromSafetensors(networkToSafetensors({ network })).network)).toBe(hashOf(network));
  });

  test('of PyTorch, rows by output and whole numbers in F32, is the same network', () => {
    const property = fc.property(fc.constantFrom(8, 24, 64), fc.integer(), (hidden, draw) => {
      const one = drawNetwork(hidden, seededWeights(draw));
      expect(networkFromSafetensors(pytorch(one)).network).toEqual(one);
    });
    fc.assert(property, { seed: 54, numRuns: 20 });
  });

  test('may have its last bias as a scalar and its last weights as a column', () => {
    const loose = ours((t) => {
      t.set('b3', { shape: [], values: Int32Array.of(network.b3) });
      t.set('w3', { shape: [H, 1], values: network.w3 });
    });
    expect(loose().network).toEqual(network);
  });
});
