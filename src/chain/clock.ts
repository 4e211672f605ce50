import { AICChainError } from '../domain/errors.ts';
import { type RoundClock, roundAt } from '../domain/roundClock.ts';
import { rpc } from './rpc.ts';

export { type RoundClock, roundAt };

export const epochOfRound = (clock: RoundClock, round: number) => Math.floor(round / clock.epochRounds);
/** First second of a round. */
export const roundStart = (clock: RoundClock, round: number) => clock.genesis + round * clock.roundSec;

/** The timestamp that a transaction sent now would carry. */
export async function chainNow(rpcUrl: string): Promise<number> {
  const block = await rpc<{ timestamp: string }>(rpcUrl, 'eth_getBlockByNumber', ['pending', false]);
  return Number(block.timestamp);
}

/** From here on the chain's time stands still: blocks repeat the last timestamp until the clock is moved. */
export async function freezeClock(rpcUrl: string): Promise<void> {
  const latest = await rpc<{ timestamp: string }>(rpcUrl, 'eth_getBlockByNumber', ['latest', false]);
  await rpc(rpcUrl, 'anvil_setBlockTimestampInterval', [0]);
  // After a restart anvil would go on with the time of the day.
  await rpc(rpcUrl, 'evm_setTime', [Number(latest.timestamp)]);
}

export interface MoveOptions {
  /** Never more rounds than this in one step (default 4, below the least freshness of a heartbeat). */
  readonly stepRounds?: number;
  /** Called after each step; the clock waits for it. Here nodes heartbeat and due rounds are posted. */
  readonly onStep?: (round: number) => Promise<void> | void;
}

/**
 * The hand that moves a manual clock. It moves in steps and waits after each one, so that nodes can heartbeat
 * and stay fresh: a jump longer than the freshness of a heartbeat would make the whole network stale.
 *
 * @example
 * const clock = new ChainClock(chain.rpcUrl, deployment);
 * await clock.advanceRounds(1);
 */
export class ChainClock {
  readonly #rpcUrl: string;
  readonly #clock: RoundClock;

  constructor(rpcUrl: string, clock: RoundClock) {
    this.#rpcUrl = rpcUrl;
    this.#clock = clock;
  }

  now(): Promise<number> {
    return chainNow(this.#rpcUrl);
  }

  async round(): Promise<number> {
    return roundAt(this.#clock, await this.now());
  }

  /** Moves to the first second of the n-th round from here. */
  async advanceRounds(rounds: number, options: MoveOptions = {}): Promise<number> {
    return this.advanceTo(roundStart(this.#clock, (await this.round()) + rounds), options);
  }

  /** Moves to `timestamp` and returns the round there. Times that have passed are left alone. */
  async advanceTo(timestamp: number, options: MoveOptions = {}): Promise<number> {
    const stepSec = (options.stepRounds ?? 4) * this.#clock.roundSec;
    if (stepSec < 1)
      throw new AICChainError('BAD_STEP', `a step of ${options.stepRounds} rounds does not move`);
    for (let now = await this.now(); now < timestamp; ) {
      now = Math.min(timestamp, now + stepSec);
      await rpc(this.#rpcUrl, 'evm_setNextBlockTimestamp', [now]);
      await rpc(this.#rpcUrl, 'evm_mine', []);
      await options.onStep?.(roundAt(this.#clock, now));
    }
    return this.round();
  }
}

/** Waits until `condition` holds, looking every `everyMs`; a clear error after `timeoutMs`. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  { timeoutMs = 30_000, everyMs = 20 } = {},
): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !(await condition()); ) {
    if (Date.now() > deadline) {
      throw new AICChainError('TIMED_OUT', `waited ${timeoutMs / 1_000} s for ${what}`, { retryable: true });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
