import type { Command } from 'commander';
import { AICChainError } from '../../domain/errors.ts';
import { MICRO_PER_AICC } from '../../domain/units.ts';
import { compare, heldOutSeeds } from '../../training/evaluate.ts';
import { DEFAULT_PPO, train } from '../../training/ppo.ts';
import { scenarioOf } from '../../training/scenario.ts';
import { writeNamedFile } from '../home.ts';
import { onInterrupt } from '../interrupt.ts';
import { policyFileOf, policyFileText } from '../policyFile.ts';
import type { CommandModule, Session } from '../Session.ts';
import { integerOption } from '../usage.ts';

const HELD_OUT_SEEDS = heldOutSeeds(24);

interface TrainOptions {
  readonly seed: string;
  readonly updates: string;
  readonly out: string;
}

export const configure: CommandModule['configure'] = (command, session) => {
  command
    .option('--seed <n>', 'of all randomness: the same seed on the same log gives the same policy hash', '1')
    .option('--updates <n>', 'how long it learns', String(DEFAULT_PPO.updates))
    .option('--out <file>', 'where the policy is written', 'policy.json')
    .addHelpText(
      'after',
      '\nLearns on the nodes of the network and on workloads like those it has seen.\n\nExample:\n  aicchain train --seed 7 && aicchain policy register policy.json',
    )
    .action((options: TrainOptions, self: Command) => run(session(self), options));
};

async function run(session: Session, options: TrainOptions): Promise<void> {
  const { out } = session;
  const seed = integerOption('--seed', options.seed, 0, 2 ** 32 - 1);
  const updates = integerOption('--updates', options.updates, 1, 100_000);
  const { state, round } = await session.view();
  const records = [...state.nodes.values()].flatMap(({ records: { newest } }) => newest?.record ?? []);
  const seen = [...state.workloads.values()];
  if (records.length === 0 || seen.length === 0) {
    throw new AICChainError(
      'NOTHING_TO_LEARN_FROM',
      'the network needs at least one node and one workload to learn from',
      {
        hint: 'Register a node and submit a workload first, or watch `aicchain demo`.',
      },
    );
  }
  const { roundSec } = session.context().context.deployment;
  const scenario = scenarioOf(records, seen, { parameters: state.parametersAt(round), roundSec });
  const stop = new AbortController();
  const forget = onInterrupt(() => stop.abort());
  const trained = await out.task('Training', (update) =>
    train(scenario, { seed, updates, signal: stop.signal }, (n, { reward }) =>
      update(`update ${n} of ${updates}, reward ${reward.toFixed(3)}`),
    ),
  );
  forget();
  const held = await out.task('Playing held-out seeds', async () =>
    compare(scenario, trained.network, HELD_OUT_SEEDS),
  );
  const policy = policyFileOf(trained.network, seed);
  const { policyHash, code } = policy;
  writeNamedFile(options.out, policyFileText(policy));
  const { gain, gainInterval, verdict } = held;
  const welfare = { policyMicro: held.policy.welfareMicro, priceAloneMicro: held.priceAlone.welfareMicro };
  out.result(
    {
      policyHash,
      file: options.out,
      seed,
      updates,
      bestUpdate: trained.bestUpdate,
      welfare,
      gain,
      gainInterval,
      verdict,
    },
    () => {
      const aicc = (micro: number) => (micro / MICRO_PER_AICC).toFixed(2);
      const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
      out.line(`Policy ${policyHash}, ${(code.length - 2) / 2} bytes of code, in ${options.out}`);
      out.line(
        `Held-out welfare ${aicc(welfare.policyMicro)} AICC, price alone ${aicc(welfare.priceAloneMicro)}: ${percent(gain)} (95 %: ${percent(gainInterval.low)} to ${percent(gainInterval.high)}); it ${verdict === 'undecided' ? 'neither wins nor loses' : verdict}.`,
      );
    },
  );
}
