import { AICChainError } from '../domain/index.ts';
import { Random, type RandomState } from './random.ts';

/** How workloads come; the mean rate is the scenario's in every case. */
export type ArrivalProcess =
  | { readonly kind: 'poisson' }
  /** Modulated by a chain of two states: while on, the rate is `burst` times that while off. */
  | { readonly kind: 'bursty'; readonly burst: number; readonly onSec: number; readonly offSec: number }
  /** The jobs of a trace in their order, from a random one on and round again; time is scaled to the rate. */
  | { readonly kind: 'trace'; readonly submittedSec: readonly number[] };

export interface Arrival {
  readonly timeSec: number;
  /** The job of the trace; null where workloads are drawn. */
  readonly job: number | null;
}

export interface ArrivalsState {
  readonly random: RandomState;
  readonly timeSec: number;
  readonly isOn: boolean;
  readonly switchSec: number;
  readonly job: number;
}

export function checkArrivals(process: ArrivalProcess): void {
  if (process.kind === 'bursty') {
    for (const name of ['burst', 'onSec', 'offSec'] as const) {
      if (!(process[name] > 0)) throw bad(`${name} of bursty arrivals is ${process[name]}, not above 0`);
    }
  }
  if (process.kind !== 'trace') return;
  const { submittedSec } = process;
  if (submittedSec.length < 2) throw bad(`a trace of ${submittedSec.length} jobs has no rate`);
  for (let i = 1; i < submittedSec.length; i++) {
    if (!(submittedSec[i]! >= submittedSec[i - 1]!))
      throw bad(`job ${i} of the trace comes before job ${i - 1}`);
  }
  if (!(submittedSec.at(-1)! > submittedSec[0]!)) throw bad('all jobs of the trace come at once');
}

/** The times at which workloads are submitted, one after another; a function of the seed alone. */
export class Arrivals {
  readonly #process: ArrivalProcess;
  readonly #perSec: number;
  #random: Random;
  #timeSec = 0;
  #isOn = false;
  #switchSec = 0;
  #job = 0;

  constructor(process: ArrivalProcess, perSec: number, random: Random) {
    this.#process = process;
    this.#perSec = perSec;
    this.#random = random;
    if (process.kind === 'trace') this.#job = random.integer(process.submittedSec.length) - 1;
    if (process.kind === 'bursty') {
      this.#isOn = random.float() * (process.onSec + process.offSec) < process.onSec;
      this.#switchSec = random.exponential(1 / (this.#isOn ? process.onSec : process.offSec));
    }
  }

  next(): Arrival {
    const process = this.#process;
    if (process.kind === 'trace') return this.#ofTrace(process.submittedSec);
    if (process.kind === 'bursty') this.#timeSec = this.#ofBurst(process);
    else this.#timeSec += this.#random.exponential(this.#perSec);
    return { timeSec: this.#timeSec, job: null };
  }

  /** The gap over the end of the trace is a mean one. */
  #ofTrace(submittedSec: readonly number[]): Arrival {
    const count = submittedSec.length;
    const spanSec = submittedSec.at(-1)! - submittedSec[0]!;
    const meanSec = spanSec / (count - 1);
    const before = this.#job;
    this.#job = (before + 1) % count;
    const gapSec = this.#job === 0 || before < 0 ? meanSec : submittedSec[this.#job]! - submittedSec[before]!;
    this.#timeSec += gapSec / meanSec / this.#perSec;
    return { timeSec: this.#timeSec, job: this.#job };
  }

  /** Exponential waiting has no memory: what is left of it where the state switches is drawn anew. */
  #ofBurst({ burst, onSec, offSec }: Extract<ArrivalProcess, { kind: 'bursty' }>): number {
    const offPerSec = (this.#perSec * (onSec + offSec)) / (burst * onSec + offSec);
    let timeSec = this.#timeSec;
    for (;;) {
      const next = timeSec + this.#random.exponential(this.#isOn ? burst * offPerSec : offPerSec);
      if (next <= this.#switchSec) return next;
      timeSec = this.#switchSec;
      this.#isOn = !this.#isOn;
      this.#switchSec += this.#random.exponential(1 / (this.#isOn ? onSec : offSec));
    }
  }

  save(): ArrivalsState {
    return {
      random: this.#random.save(),
      timeSec: this.#timeSec,
      isOn: this.#isOn,
      switchSec: this.#switchSec,
      job: this.#job,
    };
  }

  restore(state: ArrivalsState): void {
    this.#random = Random.restored(state.random);
    this.#timeSec = state.timeSec;
    this.#isOn = state.isOn;
    this.#switchSec = state.switchSec;
    this.#job = state.job;
  }
}

function bad(what: string): AICChainError {
  return new AICChainError('BAD_ARRIVALS', what, { hint: 'See ArrivalProcess for what each kind needs.' });
}
