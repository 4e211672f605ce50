import { ContractRefusal, noGasMoney } from '../chain/failure.ts';
import { AICChainError } from '../domain/errors.ts';
import type { Address } from '../domain/ids.ts';
import { PARAMETERS } from '../domain/parameters.ts';
import type { PostedRound } from '../domain/types.ts';
import type { Challenge } from '../match/index.ts';
import {
  aicc,
  type Duty,
  Halted,
  type Moment,
  type NetworkView,
  type Say,
  Settling,
} from '../matcher/index.ts';
import { nameOf, violationOf } from './violationOf.ts';

/** Where several watchers run: another one was faster, or the window has closed on the way. */
function isTooLate(error: unknown): boolean {
  if (!(error instanceof ContractRefusal)) return false;
  const { code, values } = error;
  // That nothing was posted is what an endpoint says that lags behind the log which it told: asked again, it may know.
  return code === 'AlreadyVoided' || (code === 'NotChallengeable' && Number(values.lastRound) > 0);
}

/** No window is longer, whatever is voted. */
const LONGEST_WINDOW = PARAMETERS.find(({ name }) => name === 'challengeWindowRounds')!.max;

/**
 * Computes every posted round again from the log and challenges the wrong ones while their windows last, then settles what
 * a voided round had matched, so that it is open again. What it knows it knows from the log: a round that was posted while
 * no watcher ran is judged when one starts.
 */
export class Watching implements Duty {
  readonly #view: NetworkView;
  readonly #say: Say;
  readonly #settling: Settling;
  /** Rounds that can be challenged and need no other look, unless the chain takes blocks back. */
  readonly #judged = new Set<number>();
  #judgedCount = 0;
  #reorganisations = 0;
  #settledAt = '';
  readonly #voided: number[] = [];

  constructor(view: NetworkView, say: Say) {
    this.#view = view;
    this.#say = say;
    this.#settling = new Settling(view, say);
  }

  /** How often a round was judged: again after the chain took blocks back. */
  get judged(): number {
    return this.#judgedCount;
  }

  /** The rounds that our challenges have voided. */
  get voided(): readonly number[] {
    return this.#voided;
  }

  /** Refuses to begin with a wallet that could not challenge anything. */
  async prepare(): Promise<void> {
    const { rounds, money, address, caller } = this.#view.network;
    const [bondMicro, availableMicro, aiccMicro, gasWei] = await Promise.all([
      rounds.challengeBondMicro(),
      money.availableMicro(),
      money.aiccMicro(),
      caller.gasWei(),
    ]);
    const haveMicro = availableMicro + aiccMicro;
    if (haveMicro < bondMicro) {
      throw new AICChainError(
        'BOND_NOT_COVERED',
        `a challenge puts ${aicc(bondMicro)} at stake, ${address} has ${aicc(haveMicro)}`,
        { hint: 'Get some with `aicchain wallet faucet` (development networks).' },
      );
    }
    if (gasWei === 0n) throw noGasMoney(address);
    this.#say(`watching: a challenge puts ${aicc(bondMicro)} at stake, of ${aicc(haveMicro)}`);
  }

  async look(moment: Moment): Promise<boolean> {
    if (moment.reorganisations !== this.#reorganisations) this.#judged.clear();
    this.#reorganisations = moment.reorganisations;
    const recent = this.#recentRounds(moment.round);
    for (const round of this.#judged) if (round < moment.round - LONGEST_WINDOW) this.#judged.delete(round);
    if (await this.#judgeAll(recent.filter((posted) => this.#isToJudge(posted, moment.round)))) return false;
    await this.#reopen(moment, recent.filter(({ voided }) => voided).length);
    // The log may tell of our challenge a moment later than its receipt.
    const { rounds } = this.#view.state;
    return !this.#voided.some((round) => rounds.get(round)?.voided === false);
  }

  /** The posted rounds that any window can reach back to, ascending. */
  #recentRounds(now: number): PostedRound[] {
    const { rounds } = this.#view.state;
    const first = Math.max(0, now - LONGEST_WINDOW);
    return Array.from({ length: now - first + 1 }, (_, i) => rounds.get(first + i)).filter(
      (one) => one !== undefined,
    );
  }

  #isToJudge({ round, voided }: PostedRound, now: number): boolean {
    const { challengeWindowRounds } = this.#view.state.parametersAt(round);
    return !voided && !this.#judged.has(round) && now <= round + challengeWindowRounds;
  }

  /** The oldest first: it has the least time left. One that cannot be judged keeps no other from it. True if one was wrong. */
  async #judgeAll(rounds: readonly PostedRound[]): Promise<boolean> {
    let wrong = 0;
    let failure: unknown;
    for (const posted of rounds) {
      try {
        if (await this.#judge(posted)) wrong++;
        this.#judged.add(posted.round);
        this.#judgedCount++;
      } catch (error) {
        if (error instanceof Halted) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return wrong > 0;
  }

  /** True if the round is wrong. */
  async #judge(posted: PostedRound): Promise<boolean> {
    const challenge = violationOf(this.#view.aicchain, posted);
    if (challenge === undefined) {
      this.#say(`round ${posted.round} is right (entries: ${posted.entries.length})`);
      return false;
    }
    await this.#view.confirm();
    const told = `round ${posted.round} of ${posted.matcher} is wrong (${nameOf(challenge)})`;
    try {
      await this.#challenge(posted, challenge, told);
    } catch (error) {
      if (!isTooLate(error)) throw error;
      this.#say(`${told}: ${(error as Error).message}`);
    }
    return true;
  }

  /** A challenge that fails costs its bond, so the chain is asked first. */
  async #challenge(posted: PostedRound, challenge: Challenge, told: string): Promise<void> {
    const { round, entries, matcher } = posted;
    const { rounds } = this.#view.network;
    if (!(await rounds.wouldVoid({ round, ...challenge }, entries))) {
      this.#say(
        `${told}, but the chain would let it stand: not challenged. Does the endpoint tell the whole log?`,
      );
      return;
    }
    const { voided, lostMicro } = await rounds.challenge({ round, ...challenge }, entries);
    if (voided) this.#voided.push(round);
    this.#say(
      voided
        ? `${told}: challenged and voided, its matcher lost ${aicc(lostMicro)}`
        : `${told}: challenged, and it stands; ${aicc(lostMicro)} are lost`,
    );
    if (voided) await this.#vacate(matcher);
  }

  /** Until its seat is empty, the rounds that draw the suspended matcher have nobody to post first. */
  async #vacate(matcher: Address): Promise<void> {
    try {
      await this.#view.network.rounds.vacate(matcher);
    } catch (error) {
      // It has bonded again, or another watcher was faster.
      if ((error as AICChainError).code !== 'NotSuspended') throw error;
    }
  }

  /** Once a round, and again when one more was voided. */
  async #reopen(moment: Moment, voids: number): Promise<void> {
    const { state } = this.#view;
    const at = `${moment.round}/${voids}`;
    if (at === this.#settledAt) return;
    this.#settledAt = at;
    await this.#settling.settleDue(moment, ({ id }) => state.statusIn(id, moment.round) === 'RoundVoided');
  }
}
