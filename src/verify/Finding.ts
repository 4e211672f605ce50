/** Something in the log that does not follow from what came before it in the log. */
export interface Finding {
  readonly blockNumber: number;
  readonly round: number;
  /** 0 where it is not about one workload or one node. */
  readonly workload: number;
  readonly node: number;
  readonly kind: string;
  readonly expected: string;
  readonly found: string;
}

/** What a finding is about; left out, it is what its event is about. */
export interface About {
  readonly workload?: number;
  readonly node?: number;
}

/** Compares what was computed with what the log says; both sides are shown where they differ. */
export type Expect = (kind: string, expected: Value, found: Value, about?: About) => void;

type Value = string | number | bigint | boolean | undefined;
