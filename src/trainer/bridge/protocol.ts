/**
 * How a program in another language plays the environment: frames over a pipe, one each way per vector step.
 *
 * A frame is `length` (u32, bytes of payload), `kind` (u32), then the payload; all numbers little-endian. The client begins with
 * `hello` (JSON, `Hello`) and is answered with `hello` (JSON, `Welcome`), which names every array of a `rows` frame. Then, as often
 * as it likes, it sends `reset` (JSON, `ResetRequest`) or `step` (an i32 action for each environment), and is answered with `rows`
 * or `error` (JSON, `Refusal`). After an error nothing has changed, and the conversation goes on.
 */
import type { Dict, Discrete } from '../../training/spaces.ts';
import type { Field } from './Rows.ts';

/** Raised with every change that a client of the version before would misread. */
export const PROTOCOL = 1;

export const KIND = { error: 0, hello: 1, reset: 2, step: 3, rows: 4 } as const;

/** Length and kind. */
export const FRAME_HEADER_BYTES = 8;
/** Of a `rows` payload: how many environments, how many final rows; both u32. */
export const ROWS_HEADER_BYTES = 8;
/** No client has reason to send more. */
export const LONGEST_REQUEST_BYTES = 2 ** 24;

export interface Hello {
  readonly protocol: number;
  /** How many environments are stepped together. */
  readonly environments: number;
  /** Whether an environment that ends starts over in the same step, and its last row comes as a final row. */
  readonly autoreset: boolean;
  /** What becomes of a masked action: it defers, and its row says so, or the step is refused. */
  readonly maskedAction: 'defer' | 'refuse';
  /** What the potential shaping must share with the learner. */
  readonly discountPerRound: number;
  /** See `scenarioFrom`. */
  readonly scenario: unknown;
}

export interface Welcome {
  readonly protocol: number;
  /** Of aicchain. */
  readonly version: string;
  readonly observationSpace: Dict;
  readonly actionSpace: Discrete;
  /** The arrays of a `rows` frame, in their order. */
  readonly fields: readonly Field[];
  /** What the columns of `terms` are. */
  readonly terms: readonly string[];
  readonly discountPerRound: number;
  readonly market: {
    readonly nodes: number;
    readonly roundSec: number;
    readonly horizonRounds: number;
    readonly moneyUnitMicro: number;
    /** With the next, what scales the last layer of a policy. */
    readonly meanAskMicroPerGpuHour: number;
    readonly maxPenaltyMicroPerGpuHour: number;
  };
}

export interface ResetRequest {
  /** By environment; null leaves it as it is. */
  readonly seeds: readonly (number | null)[];
  /** Of `AICChainEnv.reset`, for all. */
  readonly options?: { readonly round?: number };
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}
