import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Hex, MICRO_PER_AICC } from '../../domain/index.ts';
import { type Comparison, compare } from '../../training/evaluate.ts';
import { train } from '../../training/ppo.ts';
import { scenarioOf } from '../../training/scenario.ts';
import { heldOutSeeds } from '../../training/seeds.ts';
import { policyFileOf, policyFileText } from '../policyFile.ts';
import type { DemoNetwork } from './DemoNetwork.ts';
import type { DemoJob } from './jobs.ts';
import { voters } from './startNetwork.ts';

/** An episode: several times as long as a workload runs. */
const HORIZON_ROUNDS = 300;
const HELD_OUT_SEEDS = heldOutSeeds(100);

export interface TrainedPolicy {
  readonly policyHash: Hex;
  /** Welfare on held-out seeds over that of price alone, minus 1. */
  readonly heldOutGain: number;
  readonly verdict: Comparison['verdict'];
}

const VERDICTS = {
  wins: 'wins',
  loses: 'LOSES to price alone',
  undecided: 'neither wins nor loses: the interval contains 0',
} as const;

const aicc = (micro: number) => `${(micro / MICRO_PER_AICC).toFixed(1)} AICC`;

/** Step 3: PPO trains, the chain admits, the holders of AICG vote. */
export async function trainPolicy(demo: DemoNetwork, jobs: readonly DemoJob[]): Promise<TrainedPolicy> {
  const { narrator, deployment } = demo;
  narrator.step(3, 'a policy is trained, checked on chain and voted in');
  const { state } = await demo.aicchain();
  const round = (await demo.clock.round()) + 1;
  const records = demo.nodes.map(({ id }) => state.recordAt(id, round)!);
  const seen = jobs.map(({ id }) => state.workloads.get(id)!);
  const scenario = scenarioOf(records, seen, {
    parameters: state.parametersAt(round),
    roundSec: deployment.roundSec,
    horizonRounds: HORIZON_ROUNDS,
  });

  const trained = await narrator.task('PPO trains', (progress) =>
    train(scenario, { seed: demo.options.seed }, (update, metrics) =>
      progress(
        `update ${update} of ${metrics.updates}, reward ${metrics.reward.toFixed(3)}, KL ${metrics.approxKl.toFixed(4)}`,
      ),
    ),
  );
  const percent = (part: number) => `${part < 0 ? '−' : '+'}${Math.abs(part * 100).toFixed(1)} %`;
  narrator.line(
    `PPO: ${trained.history.length} updates; the best, by the deployed rule, is that of update ${trained.bestUpdate}: ` +
      `${percent(trained.validationGain)} over price alone on the validation seeds.`,
  );
  const held = await narrator.task('held-out evaluation', async () =>
    compare(scenario, trained.network, HELD_OUT_SEEDS),
  );
  narrator.line(
    `Welfare on ${HELD_OUT_SEEDS.length} seeds that it never saw: policy ${aicc(held.policy.welfareMicro)}, price alone ${aicc(held.priceAlone.welfareMicro)}: ` +
      `${percent(held.gain)} (95 %: ${percent(held.gainInterval.low)} to ${percent(held.gainInterval.high)}). The policy ${VERDICTS[held.verdict]}.`,
  );

  const file = policyFileOf(trained.network, demo.options.seed);
  const { policyHash, code, weights } = file;
  writeFileSync(join(demo.options.dataDir, 'policy.json'), policyFileText(file));
  const policy = await narrator.task('registering the policy', () =>
    demo.as('anyone').policies.register(code, weights),
  );
  narrator.line(`Policy ${policy}: ${(code.length - 2) / 2} bytes of EVM code. Its hash, which is voted on:`);
  narrator.line(`  ${policyHash}`);
  narrator.line(
    'Admitted: opcodes allowed, code and weights agree on the check vectors, priority never raises the penalty.',
  );

  const governance = demo.as('node1').governance;
  await governance.passes(
    [demo.as('anyone').policies.activateCall(policy)],
    `Activate policy ${policyHash.slice(0, 18)}…`,
    {
      voters: voters(demo).map((voter) => voter.governance),
      waitUntil: (timestamp, why) => demo.toTime(timestamp, why),
      onStep: (step) => narrator.line(`vote: ${step}`),
    },
  );
  return { policyHash, heldOutGain: held.gain, verdict: held.verdict };
}
