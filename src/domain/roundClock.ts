/** The clock of a network: fixed at deployment. */
export interface RoundClock {
  /** Timestamp of the first second of round 0. */
  readonly genesis: number;
  readonly roundSec: number;
  readonly epochRounds: number;
}

/** The round of a timestamp. */
export const roundAt = (clock: Pick<RoundClock, 'genesis' | 'roundSec'>, timestamp: number): number =>
  Math.floor((timestamp - clock.genesis) / clock.roundSec);
