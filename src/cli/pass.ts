import type { ContractCall } from '../chain/Caller.ts';
import { ChainClock } from '../chain/clock.ts';
import type { NetworkClient } from '../chain/NetworkClient.ts';
import { AICChainError } from '../domain/errors.ts';
import type { Session } from './Session.ts';

const LOOK_EVERY_MS = 250;
/** Where time is moved by hand: what nodes get after each step to notice and heartbeat. */
const BREATH_MS = 500;

/** Proposes calls, votes for them with the session's wallet, queues and executes, telling each step. */
export async function pass(
  session: Session,
  network: NetworkClient,
  calls: readonly ContractCall[],
  description: string,
): Promise<void> {
  const { out } = session;
  const { governance, money } = network;
  if ((await governance.votesWei()) === 0n) {
    if ((await money.aicgWei()) === 0n) {
      throw new AICChainError('NO_VOTES', `${network.address} holds no AICG`, {
        hint: 'Get some from whoever holds it; on a development network with `aicchain wallet faucet`.',
      });
    }
    await governance.delegate();
  }
  // The governor knows a proposal by its calls and its description: the round makes it one that was never made before.
  const told = `${description} (proposed in round ${await network.rounds.current()})`;
  await governance.passes(calls, told, {
    voters: [governance],
    onStep: (step) => out.line(step),
    waitUntil: (timestamp, why) => waitUntil(session, network, timestamp, why),
  });
}

async function waitUntil(
  session: Session,
  network: NetworkClient,
  timestamp: number,
  why: string,
): Promise<void> {
  const { out } = session;
  const { rpcUrl, clock, deployment } = session.context().context;
  const waitSec = timestamp - (await network.now());
  if (waitSec <= 0) return;
  if (clock === 'manual') {
    out.line(`(the chain's clock is moved ${waitSec} s: ${why})`);
    await new ChainClock(rpcUrl, deployment).advanceTo(timestamp, { onStep: () => pause(BREATH_MS) });
    return;
  }
  await out.task(`Until ${why}`, async (update) => {
    for (let left = waitSec; left > 0; left = timestamp - (await network.now())) {
      update(`${left} s to go`);
      await pause(LOOK_EVERY_MS);
    }
  });
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
