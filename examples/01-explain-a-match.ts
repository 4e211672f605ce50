// Who gets a workload, at what price, and why not the others? Then the round is posted and the chain asked the same.
//
//   npm exec -c 'node examples/01-explain-a-match.ts'
import { MICRO_PER_AICC } from '../src/index.ts';
import { exampleNetwork } from './network.ts';

export async function explainAMatch() {
  const { network, matcher, aicchain, workload, stop } = await exampleNetwork();
  try {
    const round = await network.rounds.current();
    // The plan, candidate by candidate. Nothing is spent or posted by asking.
    const { candidates } = aicchain.explain(workload, round);
    // Anyone with a bond may post a round; it carries the proof that it is optimal.
    const { entries, cutoff } = aicchain.propose(round);
    await matcher.rounds.bond(await matcher.parameters.current('minMatcherBondMicro'));
    await matcher.rounds.post(round, cutoff, entries);
    const [entry] = entries;
    const { weightMicro } = await network.rounds.weightOf(workload, entry!.node, round);
    return { candidates, entry: entry!, weightOnChainMicro: weightMicro };
  } finally {
    await stop();
  }
}

if (import.meta.main) {
  const { candidates, entry, weightOnChainMicro } = await explainAMatch();
  const aicc = (micro: number | bigint) => `${(Number(micro) / MICRO_PER_AICC).toFixed(2)} AICC`;
  for (const { node, verdict, weight } of candidates) {
    console.log(
      `node ${node}: ${verdict}, ${weight.durationSec} s, costs ${aicc(weight.costMicro)}, is worth ${aicc(weight.weightMicro)}`,
    );
  }
  console.log(
    `posted: node ${entry.node} at ${aicc(entry.priceMicro)}; on chain it weighs ${aicc(weightOnChainMicro)}`,
  );
}
