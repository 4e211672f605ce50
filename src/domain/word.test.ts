import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packNodeRecord, unpackNodeRecord } from './nodeRecord.ts';
import { anyRecord, anySpec, SEEDED } from './testing/arbitraries.ts';
import { idleNode, smallJob } from './testing/pair.ts';
import { packWorkloadSpec, unpackWorkloadSpec } from './workloadSpec.ts';

describe('refuses by name', () => {
  test.each([
    ['gpus', 4_096],
    ['trustBps', -1],
    ['computeShift', 32],
    ['askMicroPerGpuHour', 2 ** 40],
    ['matchedEntry', 0.5],
  ])('a record whose %s is %d', (name, value) => {
    expect(() => packNodeRecord({ ...idleNode, [name]: value })).toThrow(`${name} ${value} is not`);
  });

  test.each([
    ['computeGflop', 2 ** 48],
    ['maxRetries', 4],
    ['submittedRound', Number.NaN],
  ])('a spec whose %s is %d', (name, value) => {
    expect(() => packWorkloadSpec({ ...smallJob, [name]: value })).toThrow(`${name} ${value} is not`);
  });
});

describe('a packed word', () => {
  test('has the bits of Types.sol', () => {
    const record = packNodeRecord({ ...idleNode, green: true, askMicroPerGpuHour: 5, matchedEntry: 6 });
    expect(record & 0xfffn).toBe(8n);
    expect((record >> 77n) & 0x3fffn).toBe(5_000n);
    expect((record >> 91n) & 0x1fn).toBe(0b01001n);
    expect((record >> 96n) & 0xffffffffn).toBe(100n);
    expect((record >> 128n) & 0xffffffffffn).toBe(5n);
    expect(record >> 200n).toBe(6n);
    const spec = packWorkloadSpec({ ...smallJob, maxRetries: 3 });
    expect((spec >> 36n) & 0xffffffffffffn).toBe(3_600_000n);
    expect((spec >> 208n) & 3n).toBe(3n);
    expect(spec >> 210n).toBe(10n);
  });

  test('gives back what was packed', () => {
    fc.assert(
      fc.property(anyRecord, anySpec, (record, spec) => {
        expect(unpackNodeRecord(packNodeRecord(record))).toEqual(record);
        expect(unpackWorkloadSpec(packWorkloadSpec(spec))).toEqual(spec);
        expect(packNodeRecord(record) < 2n ** 216n && packWorkloadSpec(spec) < 2n ** 242n).toBe(true);
      }),
      SEEDED,
    );
  });

  test('of 0 is no node', () => {
    expect(unpackNodeRecord(0n)).toBeUndefined();
  });
});
