import { FEATURES } from '../domain/index.ts';
import { MAX_CANDIDATES } from './AICChainEnv.ts';
import { type SharedMemory, sharedMemory } from './TrainingKernel.ts';
import { TERMS } from './welfare.ts';

/** Decisions whose gradients are added up in one go, by one worker: fixed, so that sums do not depend on who works. */
export const CHUNK = 256;

/** All that the places in the memory depend on. */
export interface TrainingShape {
  readonly hidden: number;
  readonly criticHidden: number;
  /** Inputs of the critic. */
  readonly context: number;
  readonly environments: number;
  readonly steps: number;
  readonly minibatch: number;
  readonly workers: number;
}

/** What all workers of a training see: the decisions of an update, the weights, and the parts of gradients. */
export interface TrainingMemory {
  readonly shape: TrainingShape;
  readonly memory: SharedMemory;
  readonly batch: Batch;
  readonly policy: PolicyWeights;
  readonly critic: CriticWeights;
  /** One gradient of policy and critic, as `PolicyWeights` and `CriticWeights` order it, for each chunk of a minibatch. */
  readonly partials: readonly Partial[];
  /** The chunk that is next to be taken. */
  readonly nextChunk: Int32Array;
  /** Of each worker. */
  readonly scratch: readonly Scratch[];
}

export type Batch = ReturnType<typeof batchOf>;
export type PolicyWeights = ReturnType<typeof policyOf>;
export type CriticWeights = ReturnType<typeof criticOf>;
export type Partial = ReturnType<typeof partialOf>;
export type Scratch = ReturnType<typeof scratchOf>;

/** Sums of one chunk. */
export const KL = 0;
export const ENTROPY = 1;
export const CLIPPED = 2;
export const VALUE_LOSS = 3;
const SUMS = 4;

/** Sums of one environment over the steps of an update: the terms of its rewards, then these. */
export const REWARD_TERMS = [...TERMS, 'shaping'] as const;
export const DEFERRED = REWARD_TERMS.length;
export const PENALTY = DEFERRED + 1;
export const CANDIDATES = DEFERRED + 2;
export const PLAY_SUMS = DEFERRED + 3;

/** Lays a training out in a new memory, or finds it in one that another thread laid out. */
export function trainingMemory(shape: TrainingShape, memory?: SharedMemory): TrainingMemory {
  const found = memory ?? sharedMemory(layout(shape, new Arena()).bytes);
  return { shape, memory: found, ...layout(shape, new Arena(found.buffer)).views };
}

/** Hands out places one after the other; without a buffer it only counts. */
class Arena {
  readonly #buffer: SharedArrayBuffer | undefined;
  // Address 0 means "none" to the kernels.
  #bytes = LINE_BYTES;

  constructor(buffer?: SharedArrayBuffer) {
    this.#buffer = buffer;
  }

  get bytes(): number {
    return this.#bytes;
  }

  #take(bytes: number): number {
    const at = this.#bytes;
    // Whole cache lines: what two workers write never shares one.
    this.#bytes += Math.ceil(bytes / LINE_BYTES) * LINE_BYTES;
    return at;
  }

  int16(count: number) {
    const at = this.#take(count * 2);
    return this.#buffer ? new Int16Array(this.#buffer, at, count) : new Int16Array();
  }

  int32(count: number) {
    const at = this.#take(count * 4);
    return this.#buffer ? new Int32Array(this.#buffer, at, count) : new Int32Array();
  }

  float32(count: number) {
    const at = this.#take(count * 4);
    return this.#buffer ? new Float32Array(this.#buffer, at, count) : new Float32Array();
  }

  float64(count: number) {
    const at = this.#take(count * 8);
    return this.#buffer ? new Float64Array(this.#buffer, at, count) : new Float64Array();
  }
}
const LINE_BYTES = 64;

function layout(shape: TrainingShape, arena: Arena) {
  const chunks = Math.ceil(shape.minibatch / CHUNK);
  const views = {
    batch: batchOf(shape, arena),
    policy: policyOf(shape, arena),
    critic: criticOf(shape, arena),
    partials: Array.from({ length: chunks }, () => partialOf(shape, arena)),
    nextChunk: arena.int32(1),
    scratch: Array.from({ length: shape.workers }, () => scratchOf(shape, arena)),
  };
  return { views, bytes: arena.bytes };
}

/** Inputs of the critic as they lie in memory: a multiple of 4, the rest 0. */
export const paddedContext = (context: number) => Math.ceil(context / 4) * 4;

/** Decision t of environment e is at t · environments + e; its candidates begin at 64 times that. */
function batchOf({ environments, steps, context }: TrainingShape, arena: Arena) {
  const size = environments * steps;
  return {
    size,
    contextWidth: paddedContext(context),
    count: arena.int32(size),
    features: arena.int16(size * MAX_CANDIDATES * FEATURES),
    weight: arena.float32(size * MAX_CANDIDATES),
    penaltyScale: arena.float32(size * MAX_CANDIDATES),
    context: arena.float32(size * paddedContext(context)),
    /** The choice; `count` is defer. */
    action: arena.int32(size),
    logProbability: arena.float64(size),
    value: arena.float64(size),
    reward: arena.float64(size),
    discount: arena.float64(size),
    done: arena.int32(size),
    /** Of the last observation of an episode that was cut off. */
    finalValue: arena.float64(size),
    /** Of each environment's observation after the last step. */
    lastValue: arena.float64(environments),
    advantage: arena.float64(size),
    return: arena.float64(size),
    /** The order in which an epoch goes through the decisions. */
    order: arena.int32(size),
    playSums: arena.float64(environments * PLAY_SUMS),
  };
}

/** The integer network as kernels/training.ts reads it, and its matrices as floats, divided by their layer's shift. */
function policyOf({ hidden }: TrainingShape, arena: Arena) {
  return {
    mean: arena.float32(FEATURES),
    b1: arena.int32(hidden),
    w1Blocks: arena.int16(FEATURES * hidden),
    b2: arena.int32(hidden),
    w2Blocks: arena.int16(hidden * hidden),
    w3: arena.int16(hidden),
    /** b3 and s3. */
    last: arena.int32(2),
    w1Float: arena.float32(FEATURES * hidden),
    w1Panels: arena.float32(FEATURES * hidden),
    b1Float: arena.float32(hidden),
    w2Float: arena.float32(hidden * hidden),
    w2Panels: arena.float32(hidden * hidden),
    w2Back: arena.float32(hidden * hidden),
    b2Float: arena.float32(hidden),
    w3Float: arena.float32(hidden),
    b3Float: arena.float32(1),
  };
}

function criticOf({ context, criticHidden }: TrainingShape, arena: Arena) {
  const width = paddedContext(context);
  return {
    w1: arena.float32(width * criticHidden),
    w1Panels: arena.float32(width * criticHidden),
    b1: arena.float32(criticHidden),
    w2: arena.float32(criticHidden * criticHidden),
    w2Panels: arena.float32(criticHidden * criticHidden),
    w2Back: arena.float32(criticHidden * criticHidden),
    b2: arena.float32(criticHidden),
    w3: arena.float32(criticHidden),
    b3: arena.float32(1),
  };
}

function partialOf({ hidden, criticHidden, context }: TrainingShape, arena: Arena) {
  const gradient = (inputs: number, units: number) => ({
    w1: arena.float32(inputs * units),
    b1: arena.float32(units),
    w2: arena.float32(units * units),
    b2: arena.float32(units),
    w3: arena.float32(units),
    b3: arena.float32(1),
  });
  return {
    policy: gradient(FEATURES, hidden),
    critic: gradient(paddedContext(context), criticHidden),
    sums: arena.float64(SUMS),
  };
}

/** Room for what a worker computes on the way. */
function scratchOf({ hidden, criticHidden, context }: TrainingShape, arena: Arena) {
  const rows = MAX_CANDIDATES;
  const actions = MAX_CANDIDATES + 4;
  const units = rows * hidden;
  return {
    /** Of all rows of a decision: before and after clipping, int16 or float, and the outputs. */
    raw1: arena.int16(units),
    y1: arena.int16(units),
    raw2: arena.int16(units),
    y2: arena.int16(units),
    raw1Float: arena.float32(units),
    raw2Float: arena.float32(units),
    out: arena.float32(actions),
    logits: arena.float32(actions),
    exps: arena.float32(actions),
    /** Of those rows that a gradient goes through. */
    which: arena.int32(rows),
    dOut: arena.float32(rows),
    x: arena.float32(rows * FEATURES),
    back1: arena.float32(units),
    back1Clipped: arena.float32(units),
    back2: arena.float32(units),
    back2Clipped: arena.float32(units),
    d1: arena.float32(units),
    d2: arena.float32(units),
    /** Of the critic, over the decisions of a chunk. */
    context: arena.float32(CHUNK * paddedContext(context)),
    h1: arena.float32(CHUNK * criticHidden),
    h2: arena.float32(CHUNK * criticHidden),
    dh1: arena.float32(CHUNK * criticHidden),
    dh2: arena.float32(CHUNK * criticHidden),
    value: arena.float32(CHUNK),
    dValue: arena.float32(CHUNK),
  };
}
