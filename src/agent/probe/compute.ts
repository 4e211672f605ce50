import { createHash } from 'node:crypto';
import { setImmediate as immediate } from 'node:timers/promises';
import { keystream } from './payload.ts';

/** Seeded int8 matrix work: x ← clamp8((x·B + c_t) >> s), `layers` times, on size × size matrices. */
export interface ComputeChallenge {
  readonly seed: string;
  readonly size: number;
  readonly layers: number;
}

/** Operations that the challenge counts as. */
export function flopOf(challenge: ComputeChallenge): number {
  return 2 * challenge.size ** 3 * challenge.layers;
}

/** Does the work and answers sha256 of the last x, in hex. Lets other work in between layers. */
export async function answerChallenge(challenge: ComputeChallenge): Promise<string> {
  const { size, layers } = challenge;
  const random = keystream(`compute ${challenge.seed}`);
  const bytes = (count: number) => random.update(Buffer.alloc(count));
  let x = new Int8Array(bytes(size * size));
  const b = Int32Array.from(new Int8Array(bytes(size * size)));
  const shift = shiftFor(size);
  for (let t = 0; t < layers; t++) {
    const c = Int32Array.from(new Int8Array(bytes(size)), (v) => v << shift);
    x = layer(x, b, c, size, shift);
    await immediate();
  }
  return createHash('sha256').update(x).digest('hex');
}

/** Keeps the spread of x: a sum of `size` products of two int8 spreads by 74²·√size, and 74 is wanted again. */
function shiftFor(size: number): number {
  return Math.round(Math.log2(74) + Math.log2(size) / 2);
}

function layer(
  x: Int8Array<ArrayBuffer>,
  b: Int32Array,
  c: Int32Array,
  size: number,
  shift: number,
): Int8Array<ArrayBuffer> {
  const next = new Int8Array(size * size);
  const row = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    row.set(c);
    for (let k = 0; k < size; k++) {
      const factor = x[i * size + k]!;
      const from = k * size;
      for (let j = 0; j < size; j++) row[j] = (row[j]! + factor * b[from + j]!) | 0;
    }
    for (let j = 0; j < size; j++) next[i * size + j] = Math.max(-128, Math.min(127, row[j]! >> shift));
  }
  return next;
}
