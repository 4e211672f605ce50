import type { Candidate, Explanation } from '../../AICChain.ts';
import { AICChainError, type Entry } from '../../domain/index.ts';
import { WHY } from '../verdicts.ts';
import { roundAicc } from '../words.ts';
import type { DemoNetwork } from './DemoNetwork.ts';
import type { DemoJob } from './jobs.ts';

export interface Match {
  readonly round: number;
  readonly workload: number;
  readonly node: number;
  readonly priceMicro: number;
}

/** Step 4, and again later: the certified round is computed, posted, and weighed a second time on chain. */
export async function matchRound(demo: DemoNetwork, jobs: readonly DemoJob[]): Promise<Match[]> {
  const { narrator } = demo;
  const round = await demo.clock.round();
  const aicchain = await demo.aicchain();
  const proposal = aicchain.propose(round);
  for (const { id, plan } of jobs) {
    narrator.line();
    narrator.line(
      `Candidates for ${plan.name} in round ${round} (AICC; worth = budget − cost − quality − green):`,
    );
    narrator.table(candidateTable(demo, aicchain.explain(id, round)));
  }
  const matcher = demo.as('matcher');
  const { gasUsed } = await matcher.rounds.post(round, proposal.cutoff, proposal.entries);
  narrator.line();
  narrator.line(
    `Round ${round} is posted with its certificate (${gasUsed} gas, entries ${proposal.entriesHash.slice(0, 18)}…):`,
  );
  narrator.table([
    ['workload', 'node', 'u (client gains)', 'v (node gains)', 'price', 'runner-up', 'rank'],
    ...proposal.entries.map((entry) => [
      `workload${entry.workload}`,
      demo.nameOf(entry.node),
      roundAicc(entry.uMicro, 2),
      roundAicc(entry.vMicro, 2),
      roundAicc(entry.priceMicro, 2),
      entry.next === 0 ? '–' : demo.nameOf(entry.next),
      String(entry.rank),
    ]),
  ]);
  await weighOnChain(demo, round, proposal.entries);
  return proposal.entries.map(({ workload, node, priceMicro }) => ({ round, workload, node, priceMicro }));
}

/** The chain's own `weightOf`, through the policy contract, must give each entry's u + v. */
async function weighOnChain(demo: DemoNetwork, round: number, entries: readonly Entry[]) {
  for (const { workload, node, uMicro, vMicro } of entries) {
    const { weightMicro } = await demo.as('anyone').rounds.weightOf(workload, node, round);
    if (weightMicro !== BigInt(uMicro + vMicro)) {
      throw new AICChainError(
        'WEIGHTS_DISAGREE',
        `workload ${workload} on node ${node}: the chain weighs ${weightMicro}, the matcher ${uMicro + vMicro} micro-AICC`,
      );
    }
  }
  demo.narrator.line(
    `The chain weighs ${entries.length === 1 ? 'the pair' : `all ${entries.length} pairs`} again through the policy contract, and agrees.`,
  );
}

function candidateTable(demo: DemoNetwork, { candidates }: Explanation): string[][] {
  return [
    ['node', 'price', 'cost', 'duration', 'quality', 'green', 'worth', 'trust', 'why or why not'],
    ...candidates.map((candidate) => row(demo, candidate)),
  ];
}

function row(demo: DemoNetwork, { node, verdict, priceMicro, weight, trustBps }: Candidate): string[] {
  const isEligible = weight.ineligible === 'None';
  const money = (micro: bigint) => (isEligible ? roundAicc(micro, 2) : '–');
  return [
    demo.nameOf(node),
    priceMicro === undefined ? '–' : roundAicc(priceMicro, 2),
    money(weight.costMicro),
    weight.durationSec > 0n ? `${weight.durationSec} s` : '–',
    money(weight.qualityMicro),
    money(weight.greenMicro),
    money(weight.weightMicro),
    `${(trustBps / 100).toFixed(1)} %`,
    isEligible ? WHY[verdict] : `infeasible: ${WHY[verdict]}`,
  ];
}
