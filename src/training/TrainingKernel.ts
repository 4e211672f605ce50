import { trainingKernel } from './generated/trainingKernel.ts';

/** kernels/training.ts, which says what each does; arguments are byte offsets and counts. */
export interface TrainingKernel {
  layer(
    x: number,
    count: number,
    inputs: number,
    weights: number,
    biases: number,
    shift: number,
    units: number,
    raw: number,
    y: number,
  ): void;
  outputs(
    y: number,
    count: number,
    units: number,
    weights: number,
    bias: number,
    shift: number,
    out: number,
  ): void;
  softmax(
    outs: number,
    weights: number,
    scales: number,
    count: number,
    inverseTemperature: number,
    logits: number,
    exps: number,
  ): number;
  gather(rows: number, which: number, count: number, width: number, minus: number, into: number): void;
  gatherFloats(rows: number, which: number, count: number, width: number, into: number): void;
  panels(b: number, K: number, N: number, into: number): void;
  panelsOfTranspose(b: number, K: number, N: number, into: number): void;
  gemm(a: number, b: number, bias: number, c: number, M: number, K: number, N: number): void;
  accumulate(x: number, d: number, w: number, b: number, M: number, K: number, N: number): void;
  dots(h: number, w: number, bias: number, out: number, M: number, N: number): void;
  dotsBack(h: number, w: number, d: number, dh: number, gw: number, gb: number, M: number, N: number): void;
  clip(raw: number, y: number, count: number): void;
  clipBack(raw: number, y: number, d: number, count: number): void;
  tanh(x: number, count: number): void;
  tanhBack(y: number, d: number, count: number): void;
}

/** A memory that threads share, from outside the language's own types. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

interface WebAssemblyNamespace {
  readonly Memory: new (of: { initial: number; maximum: number; shared: true }) => SharedMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyNamespace };

const PAGE_BYTES = 65_536;

/** Zeroed, fixed in size. */
export function sharedMemory(bytes: number): SharedMemory {
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** The functions over one memory; every thread has its own. */
export function trainingKernelOver(memory: SharedMemory): TrainingKernel {
  const bytes = Uint8Array.from(atob(trainingKernel), (char) => char.charCodeAt(0));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return instance.exports as TrainingKernel;
}
