import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawNetwork, seededWeights } from './randomNetwork.ts';
import { decodeWeights, encodeWeights, weightsLength } from './weightsBytes.ts';

const encoded = () => encodeWeights(drawNetwork(8, seededWeights(3)));

describe('decodeWeights refuses', () => {
  test('a byte too few, a byte too many, nothing at all', () => {
    expect(() => decodeWeights(encoded().subarray(1))).toThrow('bytes, must be');
    expect(() => decodeWeights(Uint8Array.of(...encoded(), 0))).toThrow(
      `weights of 8 hidden units have ${weightsLength(8) + 1} bytes, must be ${weightsLength(8)}`,
    );
    expect(() => decodeWeights(new Uint8Array())).toThrow('0 bytes');
  });

  test('12 hidden units, of the right length', () => {
    const bytes = new Uint8Array(weightsLength(12));
    bytes[0] = 12;
    expect(() => decodeWeights(bytes)).toThrow('hidden is 12');
  });

  test('a shift of 25', () => {
    const bytes = encoded();
    bytes[2] = 25;
    expect(() => decodeWeights(bytes)).toThrow('s2 is 25');
  });

  test('a bias out of bounds', () => {
    const bytes = encoded();
    bytes.set([0x00, 0x10, 0x00, 0x00], 4 + 4 * 2);
    expect(() => decodeWeights(bytes)).toThrow('b1[2] is 1048576');
  });
});

describe('encodeWeights', () => {
  test('refuses a bias out of bounds', () => {
    const network = { ...drawNetwork(8, seededWeights(3)), b3: -(2 ** 20) };
    expect(() => encodeWeights(network)).toThrow('b3 is -1048576');
  });

  test('writes big-endian, the row of an input together', () => {
    const network = drawNetwork(8, seededWeights(3));
    network.b1[0] = -2;
    network.w1.set([1, -1], 8);
    const bytes = encodeWeights(network);
    expect([...bytes.subarray(0, 8)]).toEqual([8, 17, 10, 4, 0xff, 0xff, 0xff, 0xfe]);
    expect([...bytes.subarray(4 + 32 + 8, 4 + 32 + 10)]).toEqual([1, 0xff]);
  });

  test('round trip: any network, from any place in a buffer', () => {
    const property = fc.property(fc.constantFrom(8, 16, 32, 64), fc.integer(), (hidden, seed) => {
      const network = drawNetwork(hidden, seededWeights(seed));
      const bytes = Uint8Array.of(9, ...encodeWeights(network));
      expect(decodeWeights(bytes.subarray(1))).toEqual(network);
    });
    fc.assert(property, { seed: 2, numRuns: 50 });
  });
});
