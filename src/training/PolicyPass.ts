import { FEATURES } from '../domain/index.ts';
import { MAX_CANDIDATES } from './AICChainEnv.ts';
import { LARGEST_PENALTY, S1, S2 } from './actor.ts';
import type { TrainingKernel } from './TrainingKernel.ts';
import type { Partial, Scratch, TrainingMemory } from './TrainingMemory.ts';

/**
 * The policy over the candidates of one decision in the batch, forward and back, by one worker. With `fakeQuantise` the
 * forward pass is the deployed integer network, bit for bit; without it the same network, not rounded.
 */
export class PolicyPass {
  /** Logits of the candidates and, after them, of defer; e^(logit − most). */
  readonly logits: Float32Array;
  readonly exps: Float32Array;
  /** What the last layer gave, before the penalty is clamped to 0..65535. */
  readonly output: Float32Array;

  readonly #kernel: TrainingKernel;
  readonly #memory: TrainingMemory;
  readonly #scratch: Scratch;
  readonly #fakeQuantise: boolean;
  /** Rows that `backward` goes through. */
  #rows = 0;

  constructor(kernel: TrainingKernel, memory: TrainingMemory, worker: number, fakeQuantise: boolean) {
    this.#kernel = kernel;
    this.#memory = memory;
    this.#scratch = memory.scratch[worker]!;
    this.#fakeQuantise = fakeQuantise;
    this.logits = this.#scratch.logits;
    this.exps = this.#scratch.exps;
    this.output = this.#scratch.out;
  }

  /** Fills `output`, `logits` and `exps` for the decision at `at`. Returns the largest logit, `most`. */
  forward(at: number, count: number, temperature: number): number {
    this.#rows = 0;
    const { batch } = this.#memory;
    const rows = batch.features.byteOffset + at * MAX_CANDIDATES * FEATURES * 2;
    // Rows beyond `count` are computed with the rest and never looked at.
    if (this.#fakeQuantise) this.#forwardIntegers(rows, Math.ceil(count / 4) * 4);
    else this.#forwardFloats(rows, count);
    const pairs = at * MAX_CANDIDATES * 4;
    return this.#kernel.softmax(
      this.output.byteOffset,
      batch.weight.byteOffset + pairs,
      batch.penaltyScale.byteOffset + pairs,
      count,
      1 / temperature,
      this.logits.byteOffset,
      this.exps.byteOffset,
    );
  }

  #forwardIntegers(rows: number, count: number): void {
    const { hidden } = this.#memory.shape;
    const { b1, w1Blocks, b2, w2Blocks, w3, last } = this.#memory.policy;
    const { raw1, y1, raw2, y2, out } = this.#scratch;
    const k = this.#kernel;
    k.layer(
      rows,
      count,
      FEATURES,
      w1Blocks.byteOffset,
      b1.byteOffset,
      S1,
      hidden,
      raw1.byteOffset,
      y1.byteOffset,
    );
    k.layer(
      y1.byteOffset,
      count,
      hidden,
      w2Blocks.byteOffset,
      b2.byteOffset,
      S2,
      hidden,
      raw2.byteOffset,
      y2.byteOffset,
    );
    k.outputs(y2.byteOffset, count, hidden, w3.byteOffset, last[0]!, last[1]!, out.byteOffset);
  }

  #forwardFloats(rows: number, count: number): void {
    const { hidden } = this.#memory.shape;
    const { mean, w1Panels, b1Float, w2Panels, b2Float, w3Float, b3Float } = this.#memory.policy;
    const { raw1Float, raw2Float, x, back1Clipped, which, out } = this.#scratch;
    const k = this.#kernel;
    const y = back1Clipped.byteOffset;
    for (let row = 0; row < count; row++) which[row] = row;
    k.gather(rows, which.byteOffset, count, FEATURES, mean.byteOffset, x.byteOffset);
    k.gemm(
      x.byteOffset,
      w1Panels.byteOffset,
      b1Float.byteOffset,
      raw1Float.byteOffset,
      count,
      FEATURES,
      hidden,
    );
    k.clip(raw1Float.byteOffset, y, count * hidden);
    k.gemm(y, w2Panels.byteOffset, b2Float.byteOffset, raw2Float.byteOffset, count, hidden, hidden);
    k.clip(raw2Float.byteOffset, y, count * hidden);
    k.dots(y, w3Float.byteOffset, b3Float[0]!, out.byteOffset, count, hidden);
  }

  /**
   * Gives `backward` the slope of a loss along the penalty of a row (0..63). An output that is clamped passes only what
   * would bring it back into its range.
   */
  carry(row: number, dPenalty: number): void {
    const output = this.output[row]!;
    if (output < 0 && dPenalty >= 0) return;
    if (output > LARGEST_PENALTY && dPenalty <= 0) return;
    this.#scratch.which[this.#rows] = row;
    this.#scratch.dOut[this.#rows++] = dPenalty;
  }

  /** Adds the straight-through gradient of what was carried since `forward`, which saw the decision at `at` last, to a part. */
  backward(at: number, { policy: into }: Partial): void {
    const count = this.#rows;
    if (count === 0) return;
    const { batch, shape, policy } = this.#memory;
    const { hidden } = shape;
    const s = this.#scratch;
    const k = this.#kernel;
    const rows = batch.features.byteOffset + at * MAX_CANDIDATES * FEATURES * 2;
    const which = s.which.byteOffset;
    const [raw1, raw2] = [s.back1.byteOffset, s.back2.byteOffset];
    const [y1, y2] = [s.back1Clipped.byteOffset, s.back2Clipped.byteOffset];
    const [d1, d2] = [s.d1.byteOffset, s.d2.byteOffset];
    k.gather(rows, which, count, FEATURES, policy.mean.byteOffset, s.x.byteOffset);
    if (this.#fakeQuantise) {
      k.gather(s.raw1.byteOffset, which, count, hidden, 0, raw1);
      k.gather(s.raw2.byteOffset, which, count, hidden, 0, raw2);
    } else {
      k.gatherFloats(s.raw1Float.byteOffset, which, count, hidden, raw1);
      k.gatherFloats(s.raw2Float.byteOffset, which, count, hidden, raw2);
    }
    k.clip(raw1, y1, count * hidden);
    k.clip(raw2, y2, count * hidden);

    k.dotsBack(
      y2,
      policy.w3Float.byteOffset,
      s.dOut.byteOffset,
      d2,
      into.w3.byteOffset,
      into.b3.byteOffset,
      count,
      hidden,
    );
    k.clipBack(raw2, y2, d2, count * hidden);
    k.accumulate(y1, d2, into.w2.byteOffset, into.b2.byteOffset, count, hidden, hidden);
    k.gemm(d2, policy.w2Back.byteOffset, 0, d1, count, hidden, hidden);
    k.clipBack(raw1, y1, d1, count * hidden);
    k.accumulate(s.x.byteOffset, d1, into.w1.byteOffset, into.b1.byteOffset, count, FEATURES, hidden);
  }
}
