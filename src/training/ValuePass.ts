import type { TrainingKernel } from './TrainingKernel.ts';
import type { Partial, Scratch, TrainingMemory } from './TrainingMemory.ts';

/** The critic over up to 256 contexts, forward and back, by one worker. */
export class ValuePass {
  /** Contexts one after the other, `contextWidth` apart: write them, then call `forward`. */
  readonly context: Float32Array;
  readonly value: Float32Array;
  /** What `backward` carries back to the values. */
  readonly dValue: Float32Array;
  readonly contextWidth: number;

  readonly #kernel: TrainingKernel;
  readonly #memory: TrainingMemory;
  readonly #scratch: Scratch;

  constructor(kernel: TrainingKernel, memory: TrainingMemory, worker: number) {
    this.#kernel = kernel;
    this.#memory = memory;
    this.#scratch = memory.scratch[worker]!;
    this.context = this.#scratch.context;
    this.value = this.#scratch.value;
    this.dValue = this.#scratch.dValue;
    this.contextWidth = memory.batch.contextWidth;
  }

  /** Brings the contexts of `count` decisions, from place `from` of the order on. */
  gather(from: number, count: number): void {
    const { batch } = this.#memory;
    const which = batch.order.byteOffset + 4 * from;
    const into = this.context.byteOffset;
    this.#kernel.gatherFloats(batch.context.byteOffset, which, count, this.contextWidth, into);
  }

  /** value[i] of the first `count` contexts. */
  forward(count: number): void {
    const { critic, shape } = this.#memory;
    const units = shape.criticHidden;
    const k = this.#kernel;
    const { context, h1, h2, value } = this.#scratch;
    k.gemm(
      context.byteOffset,
      critic.w1Panels.byteOffset,
      critic.b1.byteOffset,
      h1.byteOffset,
      count,
      this.contextWidth,
      units,
    );
    k.tanh(h1.byteOffset, count * units);
    k.gemm(
      h1.byteOffset,
      critic.w2Panels.byteOffset,
      critic.b2.byteOffset,
      h2.byteOffset,
      count,
      units,
      units,
    );
    k.tanh(h2.byteOffset, count * units);
    k.dots(h2.byteOffset, critic.w3.byteOffset, critic.b3[0]!, value.byteOffset, count, units);
  }

  /** Adds the gradient of what `forward` gave last, with `dValue`, to a part. */
  backward(count: number, { critic: into }: Partial): void {
    const { critic, shape } = this.#memory;
    const units = shape.criticHidden;
    const k = this.#kernel;
    const { context, h1, h2, dh1, dh2, dValue } = this.#scratch;
    k.dotsBack(
      h2.byteOffset,
      critic.w3.byteOffset,
      dValue.byteOffset,
      dh2.byteOffset,
      into.w3.byteOffset,
      into.b3.byteOffset,
      count,
      units,
    );
    k.tanhBack(h2.byteOffset, dh2.byteOffset, count * units);
    k.accumulate(h1.byteOffset, dh2.byteOffset, into.w2.byteOffset, into.b2.byteOffset, count, units, units);
    k.gemm(dh2.byteOffset, critic.w2Back.byteOffset, 0, dh1.byteOffset, count, units, units);
    k.tanhBack(h1.byteOffset, dh1.byteOffset, count * units);
    k.accumulate(
      context.byteOffset,
      dh1.byteOffset,
      into.w1.byteOffset,
      into.b1.byteOffset,
      count,
      this.contextWidth,
      units,
    );
  }
}
