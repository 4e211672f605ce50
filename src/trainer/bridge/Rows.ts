import { FEATURES } from '../../domain/index.ts';
import { type Info, MAX_CANDIDATES, type Observation } from '../../training/AICChainEnv.ts';
import { TERMS } from '../../training/welfare.ts';

export const ROW_TERMS = [...TERMS, 'shaping'] as const;

const ARRAYS = {
  f64: Float64Array,
  i32: Int32Array,
  i16: Int16Array,
  u8: Uint8Array,
} as const;

/** One array of a block of rows: `shape` is that of a row. */
export interface Field {
  readonly name: keyof Columns;
  readonly type: keyof typeof ARRAYS;
  readonly shape: readonly number[];
}

interface Columns {
  readonly reward: Float64Array;
  readonly terms: Float64Array;
  readonly weight: Float64Array;
  readonly penaltyScale: Float64Array;
  readonly state: Float64Array;
  readonly candidates: Int32Array;
  readonly round: Int32Array;
  readonly elapsedRounds: Int32Array;
  readonly workloads: Int32Array;
  readonly nodes: Int32Array;
  readonly features: Int16Array;
  readonly mask: Uint8Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** The action was masked and deferred instead. */
  readonly masked: Uint8Array;
}

/** Wider numbers first. */
export function fieldsOf(stateSize: number): readonly Field[] {
  return [
    { name: 'reward', type: 'f64', shape: [] },
    { name: 'terms', type: 'f64', shape: [ROW_TERMS.length] },
    { name: 'weight', type: 'f64', shape: [MAX_CANDIDATES] },
    { name: 'penaltyScale', type: 'f64', shape: [MAX_CANDIDATES] },
    { name: 'state', type: 'f64', shape: [stateSize] },
    { name: 'candidates', type: 'i32', shape: [] },
    { name: 'round', type: 'i32', shape: [] },
    { name: 'elapsedRounds', type: 'i32', shape: [] },
    { name: 'workloads', type: 'i32', shape: [MAX_CANDIDATES] },
    { name: 'nodes', type: 'i32', shape: [MAX_CANDIDATES] },
    { name: 'features', type: 'i16', shape: [MAX_CANDIDATES, FEATURES] },
    { name: 'mask', type: 'u8', shape: [MAX_CANDIDATES + 1] },
    { name: 'terminated', type: 'u8', shape: [] },
    { name: 'truncated', type: 'u8', shape: [] },
    { name: 'masked', type: 'u8', shape: [] },
  ];
}

/** Of one row of a field. */
const lengthOf = ({ shape }: Field): number => shape.reduce((product, n) => product * n, 1);

/** Every array begins at a multiple of 8 bytes, so that a reader maps it as it lies. */
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

export function rowsBytes(fields: readonly Field[], count: number): number {
  return fields.reduce(
    (sum, field) => sum + aligned(count * lengthOf(field) * ARRAYS[field.type].BYTES_PER_ELEMENT),
    0,
  );
}

/** What came of a step, without the observation. */
export interface Outcome {
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  readonly masked: boolean;
}

/** A block of `count` rows: array after array, each with one row an environment. */
export class Rows {
  readonly #columns: Columns;
  readonly #stateSize: number;

  constructor(fields: readonly Field[], buffer: ArrayBuffer, offset: number, count: number) {
    const columns: Record<string, unknown> = {};
    let at = offset;
    for (const field of fields) {
      const array = new ARRAYS[field.type](buffer, at, count * lengthOf(field));
      columns[field.name] = array;
      at += aligned(array.byteLength);
    }
    this.#columns = columns as unknown as Columns;
    this.#stateSize = count === 0 ? 0 : this.#columns.state.length / count;
  }

  write(row: number, observation: Observation, info: Info, outcome: Outcome): void {
    const c = this.#columns;
    c.reward[row] = outcome.reward;
    c.terminated[row] = Number(outcome.terminated);
    c.truncated[row] = Number(outcome.truncated);
    c.masked[row] = Number(outcome.masked);
    for (let t = 0; t < ROW_TERMS.length; t++) {
      c.terms[row * ROW_TERMS.length + t] = info.terms[ROW_TERMS[t]!];
    }
    this.writeSituation(row, observation, info);
  }

  /** What is known now; what came of the step before stays. */
  writeSituation(row: number, observation: Observation, info: Info): void {
    const c = this.#columns;
    c.candidates[row] = observation.candidates;
    c.round[row] = info.round;
    c.elapsedRounds[row] = info.elapsedRounds;
    c.workloads.set(info.workloads, row * MAX_CANDIDATES);
    c.nodes.set(info.nodes, row * MAX_CANDIDATES);
    c.weight.set(observation.weight, row * MAX_CANDIDATES);
    c.penaltyScale.set(observation.penaltyScale, row * MAX_CANDIDATES);
    c.state.set(observation.state, row * this.#stateSize);
    c.features.set(observation.features, row * MAX_CANDIDATES * FEATURES);
    c.mask.set(observation.mask, row * (MAX_CANDIDATES + 1));
  }
}
