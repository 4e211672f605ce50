import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Checkpoint } from '../training/Checkpoint.ts';
import { CheckpointFile } from './CheckpointFile.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'aicchain-checkpoint-'));

/** Data of the kinds that a checkpoint consists of. */
const checkpoint = (update: number) =>
  ({
    update,
    identity: { seed: 1, scenario: 'abc' },
    actor: Float64Array.of(0.1, -0, 1e-300),
    environments: [{ state: { open: [new Map([[1, Int32Array.of(7)]])] }, random: [1, 2, 3, 4, 5, 6] }],
    history: [],
  }) as unknown as Checkpoint;

test('there is nothing to load where nothing was saved', () => {
  expect(new CheckpointFile(folder()).load()).toBeUndefined();
});

test('what was loaded is what was saved last, and nothing else is left behind', () => {
  const at = folder();
  const file = new CheckpointFile(at);
  file.save(checkpoint(6));
  file.save(checkpoint(12));
  expect(new CheckpointFile(at).load()).toEqual(checkpoint(12));
  expect(readdirSync(at)).toEqual(['training.checkpoint']);
});

test('a disk that is full half-way leaves the older checkpoint whole', () => {
  const at = folder();
  new CheckpointFile(at).save(checkpoint(6));
  const before = readFileSync(join(at, 'training.checkpoint'));
  let writes = 0;
  const full = new CheckpointFile(at, {
    write(file, bytes) {
      writes++;
      writeFileSync(file, bytes.subarray(0, bytes.length / 2));
      if (writes === 2) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    },
  });
  expect(() => full.save(checkpoint(12))).toThrow(/training\.checkpoint.*update 12.*no space left/);
  expect(writes).toBe(2);
  expect(readFileSync(join(at, 'training.checkpoint'))).toEqual(before);
  expect(readdirSync(at)).toEqual(['training.checkpoint']);
  expect(new CheckpointFile(at).load()).toEqual(checkpoint(6));
});

test('a file that was cut short or changed is refused', () => {
  const at = folder();
  const file = new CheckpointFile(at);
  file.save(checkpoint(6));
  const whole = readFileSync(file.path);
  writeFileSync(file.path, whole.subarray(0, whole.length - 1));
  expect(() => file.load()).toThrow('not a whole checkpoint');
  whole[whole.length - 3]! ^= 1;
  writeFileSync(file.path, whole);
  expect(() => file.load()).toThrow('not a whole checkpoint');
});
