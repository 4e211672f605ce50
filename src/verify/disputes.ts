import type { EventOf, PostedRound, Round } from '../domain/index.ts';
import { type Challenge, isAbout, judgeChallenge, type PairOf } from '../match/index.ts';
import { challengeBondMicro, NO_VOIDS, roundBondMicro, type Voids, voidedIn } from '../settlement/index.ts';
import type { NetworkState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

/** How often rounds were voided of late, and what each round has locked of its matcher's bond. */
export class DisputeBook {
  readonly #state: NetworkState;
  readonly #bonds = new Map<number, number>();
  #voids: Voids = NO_VOIDS;

  constructor(state: NetworkState) {
    this.#state = state;
  }

  post({ round, entries }: EventOf<'RoundPosted'>): void {
    const pricesMicro = entries.reduce((sum, { priceMicro }) => sum + priceMicro, 0);
    this.#bonds.set(round, roundBondMicro(pricesMicro, this.#voids, round, this.#state.parametersAt(round)));
  }

  /** One more is voided, now. */
  void(round: number): void {
    this.#voids = voidedIn(this.#voids, round, this.#state.parametersAt(round));
  }

  bondMicroOf(posted: number): number | undefined {
    return this.#bonds.get(posted);
  }

  challengeBondMicro(round: number): number {
    return challengeBondMicro(this.#voids, round, this.#state.parametersAt(round));
  }
}

/** `RoundVoided` and `ChallengeFailed`: of a round that stands, in its window, of something it says, for its bond. */
export function checkChallenge(
  state: NetworkState,
  event: EventOf<'RoundVoided' | 'ChallengeFailed'>,
  book: DisputeBook,
  round: number,
  expect: Expect,
): void {
  const posted = state.rounds.get(event.round);
  expect('challenge.isOfARound', true, posted !== undefined);
  if (posted === undefined) return;
  expect('challenge.roundStands', true, !posted.voided);
  expect('challenge.inTime', true, round <= state.lastChallengeRound(event.round));
  const isOfAWorkload = state.workloads.has(event.workload);
  expect('challenge.isAbout', true, isOfAWorkload && isAbout(posted, challengeIn(event)));
  const lostMicro =
    event.name === 'RoundVoided' ? book.bondMicroOf(event.round) : book.challengeBondMicro(round);
  expect('challenge.bondMicro', lostMicro, event.bondMicro);
}

/** A round is voided by a challenge that is right, and by no other. */
export function checkJudgement(
  posted: PostedRound,
  event: EventOf<'RoundVoided' | 'ChallengeFailed'>,
  pairOf: PairOf,
  expect: Expect,
): void {
  const isRight = judgeChallenge(posted, challengeIn(event), pairOf);
  expect('challenge.outcome', isRight ? 'RoundVoided' : 'ChallengeFailed', event.name);
}

/** Rounds from `from` to `to` that were voided, ascending. */
export function voidedRounds(state: NetworkState, from: number, to: number): Round[] {
  return [...state.rounds.values()]
    .filter(({ round, voided }) => voided && round >= from && round <= to)
    .map(({ round }) => round);
}

function challengeIn({ kind, workload, node }: EventOf<'RoundVoided' | 'ChallengeFailed'>): Challenge {
  return { kind, workload, node } as Challenge;
}
