// Derives again everything that a network's log claims; then changes one price in a copy of it, and is told.
//
//   npm exec -c 'node examples/02-verify-a-log.ts'
import { AICChain, type ChainEvent } from '../src/index.ts';
import { exampleNetwork } from './network.ts';

export async function verifyALog() {
  const { network, matcher, aicchain, deployment, stop } = await exampleNetwork();
  try {
    const round = await network.rounds.current();
    const { entries, cutoff } = aicchain.propose(round);
    await matcher.rounds.bond(await matcher.parameters.current('minMatcherBondMicro'));
    await matcher.rounds.post(round, cutoff, entries);

    const events = await network.events();
    const forged = events.map((event: ChainEvent) =>
      event.name === 'WorkloadMatched' ? { ...event, priceMicro: event.priceMicro - 1 } : event,
    );
    return {
      honest: AICChain.verify(events, deployment),
      forged: AICChain.verify(forged, deployment),
    };
  } finally {
    await stop();
  }
}

if (import.meta.main) {
  const { honest, forged } = await verifyALog();
  console.log(`${honest.events} events, ${honest.rounds} round, ${honest.matches} match: ok ${honest.ok}`);
  for (const { kind, expected, found } of forged.violations)
    console.log(`one micro-AICC less: ${kind} should be ${expected}, is ${found}`);
}
