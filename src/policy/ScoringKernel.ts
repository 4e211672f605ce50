import type { IntegerNetwork } from '../domain/index.ts';
import { scoringKernel } from './generated/scoringKernel.ts';

/** The features that rows share, and those in which they differ, in the order in which a row has them. */
export const SHARED_FEATURES = [0, 1, 2, 3, 4, 5, 19, 20, 21, 22] as const;
export const ROW_FEATURES = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 23] as const;
export const ROW_INPUTS = ROW_FEATURES.length;

/** kernels/scoring.ts. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly BIASES_1: { readonly value: number };
  readonly WEIGHTS_1: { readonly value: number };
  readonly BIASES_2: { readonly value: number };
  readonly WEIGHTS_2: { readonly value: number };
  readonly WEIGHTS_3: { readonly value: number };
  readonly ROWS: { readonly value: number };
  score(
    which: number,
    count: number,
    out: number,
    hidden: number,
    shift1: number,
    shift2: number,
    bias3: number,
    shift3: number,
  ): void;
}

/** What is used of WebAssembly, which is no part of the language's own types. */
interface WebAssemblyNamespace {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly?: WebAssemblyNamespace };

const PAGE_BYTES = 65_536;
const ROW_BYTES = 2 * ROW_INPUTS;
const BLOCK_UNITS = 8;

/** Whether this engine has WebAssembly with SIMD, and the byte order of its memory. */
export function hasScoringKernel(): boolean {
  const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  return isLittleEndian && WebAssembly?.validate(kernelBytes()) === true;
}

/**
 * Penalties of many rows of one network at once, bit-equal to `evaluate`. A row is ROW_INPUTS int16, the features that
 * rows have in common are added to the first layer's biases once. Rows stay until they are written again.
 */
export class ScoringKernel {
  readonly #kernel: Exports;
  #network: IntegerNetwork | undefined;
  #capacity = 0;
  #rows = new Int16Array();
  #which = new Uint32Array();
  #penalties = new Uint16Array();

  constructor() {
    if (WebAssembly === undefined) throw new TypeError('this engine has no WebAssembly');
    const module = new WebAssembly.Module(kernelBytes());
    this.#kernel = new WebAssembly.Instance(module).exports as Exports;
    this.reserve(1);
  }

  /** Row r is at ROW_INPUTS · r. Valid until more rows are reserved. */
  get rows(): Int16Array {
    return this.#rows;
  }

  /** Makes room for `rows` rows; those written before stay. */
  reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    // Fours throughout, so that what follows the rows is aligned.
    this.#capacity = Math.ceil(Math.max(rows, 2 * this.#capacity) / 4) * 4;
    const { memory, ROWS } = this.#kernel;
    const which = ROWS.value + this.#capacity * ROW_BYTES;
    const penalties = which + this.#capacity * 4;
    const missing = penalties + this.#capacity * 2 - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#rows = new Int16Array(memory.buffer, ROWS.value, this.#capacity * ROW_INPUTS);
    this.#which = new Uint32Array(memory.buffer, which, this.#capacity);
    this.#penalties = new Uint16Array(memory.buffer, penalties, this.#capacity);
  }

  /** The network that scores from here on, of those that `load` admits, and the shared features of its rows. */
  use(network: IntegerNetwork, sharedFeatures: Int16Array): void {
    if (network !== this.#network) this.#writeWeights(network);
    this.#network = network;
    const { hidden, b1, w1 } = network;
    const sums = new Int32Array(this.#kernel.memory.buffer, this.#kernel.BIASES_1.value, hidden);
    sums.set(b1);
    SHARED_FEATURES.forEach((feature, i) => {
      const x = sharedFeatures[i]!;
      for (let unit = 0; unit < hidden; unit++) sums[unit]! += x * w1[feature * hidden + unit]!;
    });
  }

  /** into[row] = penalty of the row, for each row in `which`; each is below what was reserved. */
  score(which: ArrayLike<number>, into: Uint16Array): void {
    const count = which.length;
    if (count === 0 || this.#network === undefined) return;
    this.#which.set(which);
    this.#which.fill(which[0]!, count, Math.ceil(count / 4) * 4);
    const { hidden, s1, s2, b3, s3 } = this.#network;
    this.#kernel.score(this.#which.byteOffset, count, this.#penalties.byteOffset, hidden, s1, s2, b3, s3);
    for (let i = 0; i < count; i++) into[which[i]!] = this.#penalties[i]!;
  }

  #writeWeights({ hidden, w1, b2, w2, w3 }: IntegerNetwork): void {
    const { memory, WEIGHTS_1, BIASES_2, WEIGHTS_2, WEIGHTS_3 } = this.#kernel;
    const int16s = (at: number, count: number) => new Int16Array(memory.buffer, at, count);
    writeBlocks(int16s(WEIGHTS_1.value, ROW_INPUTS * hidden), w1, ROW_FEATURES, hidden);
    new Int32Array(memory.buffer, BIASES_2.value, hidden).set(b2);
    writeBlocks(int16s(WEIGHTS_2.value, hidden * hidden), w2, [...b2.keys()], hidden);
    int16s(WEIGHTS_3.value, hidden).set(w3);
  }
}

/** The weights of `inputs` in blocks of 8 units: in each the inputs in twos, unit by unit. */
function writeBlocks(into: Int16Array, weights: Int8Array, inputs: readonly number[], units: number): void {
  let at = 0;
  for (let block = 0; block < units; block += BLOCK_UNITS)
    for (let i = 0; i < inputs.length; i += 2)
      for (let unit = block; unit < block + BLOCK_UNITS; unit++) {
        into[at++] = weights[inputs[i]! * units + unit]!;
        into[at++] = weights[inputs[i + 1]! * units + unit]!;
      }
}

const kernelBytes = () => Uint8Array.from(atob(scoringKernel), (char) => char.charCodeAt(0));
