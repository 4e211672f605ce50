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

/** Commitments, of reports and of measurements, are taken in the first two thirds of an epoch; the rest is for reveals. */
export const isCommitPhase = ({ epochRounds }: Pick<RoundClock, 'epochRounds'>, round: number) =>
  (round % epochRounds) * 3 < epochRounds * 2;
