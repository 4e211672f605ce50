import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AICChainError } from '../domain/index.ts';
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts';

/** A file of a header as it stands, and so many bytes of data. */
function file(header: unknown, dataBytes: number, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
const tensor = (dtype: unknown, shape: unknown, offsets: unknown) => ({
  dtype,
  shape,
  data_offsets: offsets,
});
const ONE = tensor('I8', [4], [0, 4]);

describe('a file is refused for', () => {
  test.each([
    ['7 bytes', new Uint8Array(7), 'it has 7 bytes, must have at least 8'],
    ['a header beyond its end', file('{}', 0, 3n), 'its header has 3 bytes, but only 2 follow'],
    [
      'a header beyond all limits',
      file('{}', 0, 2n ** 63n),
      'its header says that it has 9223372036854775808 bytes',
    ],
    ['a header that is no JSON', file('{"a":', 0), 'its header is no JSON'],
    ['a header that is no text', file('{"\u0000"}', 0).fill(0xff, 9), 'its header is no JSON'],
    ['a header that is a list', file('[]', 0), 'its header is no JSON object'],
    ['a tensor that is none', file({ a: 1 }, 0), 'tensor `a` is no object'],
    [
      'halves',
      file({ a: tensor('F16', [2], [0, 4]) }, 4),
      'tensor `a` is of dtype "F16", must be I8, I32 or F32',
    ],
    ['no dtype', file({ a: { shape: [4], data_offsets: [0, 4] } }, 4), 'tensor `a` is of dtype none'],
    [
      'a dtype of objects in general',
      file({ a: tensor('toString', [4], [0, 4]) }, 4),
      'is of dtype "toString"',
    ],
    [
      'a negative size',
      file({ a: tensor('I8', [-4], [0, 4]) }, 4),
      'tensor `a` has no shape of whole numbers: [-4]',
    ],
    ['half a row', file({ a: tensor('I8', [2.5], [0, 4]) }, 4), 'tensor `a` has no shape'],
    [
      'sizes beyond all numbers',
      file({ a: tensor('I8', [2 ** 40, 2 ** 40], [0, 4]) }, 4),
      'has 4 bytes, must have',
    ],
    [
      'three offsets',
      file({ a: tensor('I8', [4], [0, 4, 4]) }, 4),
      'tensor `a` has no two data_offsets: [0,4,4]',
    ],
    ['offsets the other way round', file({ a: tensor('I8', [4], [4, 0]) }, 4), 'has -4 bytes, must have 4'],
    [
      'a shape of more than it has',
      file({ a: tensor('I32', [2], [0, 4]) }, 4),
      'tensor `a` of I32 and shape [2] has 4 bytes, must have 8',
    ],
    ['values beyond its end', file({ a: ONE }, 3), 'tensor `a` ends at byte 4, but there are only 3'],
    [
      'an overlap',
      file({ a: ONE, b: tensor('I8', [4], [3, 7]) }, 7),
      'tensor `b` begins at byte 3, must begin at 4',
    ],
    [
      'a gap',
      file({ a: ONE, b: tensor('I8', [4], [5, 9]) }, 9),
      'tensor `b` begins at byte 5, must begin at 4',
    ],
    [
      'bytes that belong to nothing',
      file({ a: ONE }, 5),
      'its tensors have 4 bytes, but 5 follow the header',
    ],
    [
      'metadata that are no texts',
      file({ __metadata__: { s1: 1 }, a: ONE }, 4),
      'its metadata are not texts by name',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test('whatever else is wrong with it, never with another error', () => {
    const good = writeSafetensors({
      tensors: new Map([['a', { shape: [2, 2], values: Int8Array.of(1, 2, 3, 4) }]]),
      metadata: { s1: '3' },
    });
    const property = fc.property(
      fc.nat(good.length - 1),
      fc.nat(255),
      fc.nat(good.length),
      (at, byte, cut) => {
        const bytes = good.slice(0, at % 2 ? good.length : cut);
        bytes[at] = byte;
        try {
          readSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(AICChainError);
        }
      },
    );
    fc.assert(property, { seed: 51, numRuns: 2_000 });
  });
});

describe('a file', () => {
  const values = fc.oneof(fc.int8Array(), fc.int32Array(), fc.float32Array({ noNaN: true }));
  const tensors = fc.dictionary(
    fc.string({ maxLength: 8 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
    values.map((all): Tensor => ({ shape: [all.length, 1], values: all })),
    { maxKeys: 6, noNullPrototype: true },
  );
  const metadata = fc.dictionary(
    fc.string({ maxLength: 5 }).filter((name) => name !== '__proto__'),
    fc.string(),
    { noNullPrototype: true },
  );

  test('round trip: any tensors, from any place in a buffer; values stand at multiples of their size', () => {
    const property = fc.property(tensors, metadata, (all, texts) => {
      const bytes = writeSafetensors({ tensors: new Map(Object.entries(all)), metadata: texts });
      const read = readSafetensors(Uint8Array.of(9, ...bytes).subarray(1));
      expect(new Map([...read.tensors].sort())).toEqual(new Map(Object.entries(all).sort()));
      expect(read.metadata).toEqual(texts);
      expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
    });
    fc.assert(property, { seed: 52, numRuns: 200 });
  });

  test('is the same for the same tensors in any order', () => {
    const a = ['a', { shape: [2], values: Int8Array.of(1, 2) }] as const;
    const b = ['b', { shape: [1], values: Int32Array.of(7) }] as const;
    const one = writeSafetensors({ tensors: new Map<string, Tensor>([a, b]), metadata: {} });
    expect(one).toEqual(writeSafetensors({ tensors: new Map<string, Tensor>([b, a]), metadata: {} }));
    expect([...one.subarray(-6)]).toEqual([7, 0, 0, 0, 1, 2]);
  });
});
