import {
  AICChainError,
  formatAicc,
  MICRO_PER_AICC,
  PARAMETERS,
  type ParameterValues,
} from '../../domain/index.ts';
import { roundAicc } from '../words.ts';
import type { DemoNetwork } from './DemoNetwork.ts';
import { countingJob } from './jobs.ts';
import { type Match, matchRound } from './matchRound.ts';
import { runWorkloads } from './runWorkloads.ts';
import { type DemoWorkload, WORKLOAD4, WORKLOAD5 } from './scenario.ts';
import { voters } from './startNetwork.ts';
import { submitAnother } from './submitWorkloads.ts';

export interface GreenVote {
  readonly parameter: 'greenMicroPerKWh';
  readonly before: number;
  readonly after: number;
  readonly matchBefore: Match;
  readonly matchAfter: Match;
  readonly matches: readonly Match[];
}

const STEP_MICRO = 20 * MICRO_PER_AICC;

/** Step 6: the same workload twice, once before and once after a vote on what energy from the grid counts for. */
export async function greenVote(demo: DemoNetwork): Promise<GreenVote> {
  const { narrator } = demo;
  narrator.step(6, 'a vote changes a rule, and the next round matches differently');
  const [matchBefore, ...others] = await matchOnce(demo, WORKLOAD4);
  const before = (await demo.aicchain()).state.parametersAt(matchBefore!.round).greenMicroPerKWh;
  const after = await priceThatMatters(demo, matchBefore!);
  narrator.line();
  narrator.line(
    `The holders of AICG vote on what energy from the grid counts for (greenMicroPerKWh): ` +
      `${formatAicc(before)} → ${formatAicc(after)} AICC/kWh. The least price at which it matters here.`,
  );
  const { parameters, governance } = demo.as('node3');
  await governance.passes(
    [parameters.setCall('greenMicroPerKWh', after)],
    `Count energy from the grid at ${formatAicc(after)} AICC/kWh`,
    {
      voters: voters(demo).map((voter) => voter.governance),
      waitUntil: (timestamp, why) => demo.toTime(timestamp, why),
      onStep: (step) => narrator.line(`vote: ${step}`),
    },
  );
  const [matchAfter, ...more] = await matchOnce(demo, WORKLOAD5);
  narrator.line();
  narrator.line(
    `=> Before the vote ${demo.nameOf(matchBefore!.node)} got this work, at ${roundAicc(matchBefore!.priceMicro, 2)} AICC; ` +
      `after it ${demo.nameOf(matchAfter!.node)}, which is green, at ${roundAicc(matchAfter!.priceMicro, 2)} AICC.`,
  );
  return {
    parameter: 'greenMicroPerKWh',
    before,
    after,
    matchBefore: matchBefore!,
    matchAfter: matchAfter!,
    matches: [matchBefore!, ...others, matchAfter!, ...more],
  };
}

/** Submits, matches, runs and settles one workload. */
async function matchOnce(demo: DemoNetwork, plan: DemoWorkload): Promise<Match[]> {
  const submitted = await submitAnother(demo, countingJob(plan, demo.options.textFile));
  await demo.nextRound('what was submitted is open from the next round');
  const matches = await matchRound(demo, [submitted]);
  await runWorkloads(demo, [submitted], matches);
  return matches;
}

/** The least price, in steps, at which the same workload would have gone to a green node. */
async function priceThatMatters(demo: DemoNetwork, { round, workload, node }: Match): Promise<number> {
  const aicchain = await demo.aicchain();
  const now = aicchain.state.parametersAt(round).greenMicroPerKWh;
  const { largestStep, max } = PARAMETERS.find(({ name }) => name === 'greenMicroPerKWh')!;
  for (let micro = now + STEP_MICRO; micro <= Math.min(max, now + largestStep); micro += STEP_MICRO) {
    const parameters: Partial<ParameterValues> = { greenMicroPerKWh: micro };
    const { entries } = aicchain.whatIf(round, parameters);
    const entry = entries.find((one) => one.workload === workload);
    if (entry !== undefined && entry.node !== node && aicchain.state.recordAt(entry.node, round)?.green)
      return micro;
  }
  throw new AICChainError(
    'NO_GREEN_PRICE',
    'no price of energy that one vote may set would bring the workload to a green node',
  );
}
