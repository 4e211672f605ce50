import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { EvaluationPool } from '../../trainer/EvaluationPool.ts';
import type { Scenario } from '../../training/scenario.ts';
import {
  DEFAULT_CEM_LINEAR,
  DEFAULT_ES,
  type TuneOptions,
  type TuneResult,
  tune,
} from '../../training/tune.ts';
import { type HeldOut, heldOut, percent, shownGain } from '../heldOut.ts';
import { requireWritable, writeNamedFile } from '../home.ts';
import { stoppable } from '../interrupt.ts';
import { policyFileOf, policyFileText, readPolicyFile } from '../policyFile.ts';
import type { CommandModule, Session } from '../Session.ts';
import { scenarioAsked } from '../scenario.ts';
import { SCENARIO_HELP, type ScenarioFlags, scenarioOptions } from '../scenarioOptions.ts';
import { integerOption, UsageError } from '../usage.ts';

const PRESETS = { es: DEFAULT_ES, cem: DEFAULT_CEM_LINEAR };

interface Flags extends ScenarioFlags {
  readonly method: string;
  readonly quality?: string;
  readonly from?: string;
  readonly seed: string;
  readonly generations?: string;
  readonly population?: string;
  readonly episodes?: string;
  readonly sigma?: string;
  readonly learningRate?: string;
  readonly workers: string;
  readonly out: string;
}

export const configure: CommandModule['configure'] = (command, session) => {
  scenarioOptions(command, 'network')
    .option('--method <es|cem>', 'evolution strategies, or the cross-entropy method', 'es')
    .option('--quality <network|linear>', 'what is tuned; network with es, linear with cem unless named')
    .option('--from <file>', 'a policy to start from, of `aicchain train` or of `aicchain tune`')
    .option('--seed <n>', 'of all randomness: the same seed on the same log gives the same policy hash', '1')
    .option('--generations <n>', `how long it searches; ${DEFAULT_ES.generations} unless named`)
    .option('--population <n>', `members of a generation; ${DEFAULT_ES.population} unless named`)
    .option('--episodes <n>', `episodes that each plays; ${DEFAULT_ES.episodes} unless named`)
    .option(
      '--sigma <x>',
      `size of the noise; ${DEFAULT_ES.sigma} with es, ${DEFAULT_CEM_LINEAR.sigma} with cem`,
    )
    .option('--learning-rate <x>', `of es; ${DEFAULT_ES.learningRate} unless named`)
    .option('--workers <n>', 'threads; they do not change the result', String(availableParallelism()))
    .option('--out <file>', 'where the policy is written', 'policy.json')
    .addHelpText(
      'after',
      `
Plays whole episodes by the deployed rule and searches for the weights that bring most. Ctrl-C keeps the best so far.
${SCENARIO_HELP}

Example:
  aicchain train && aicchain tune --from policy.json
  aicchain tune --method cem --out linear.json`,
    )
    .action((flags: Flags, self: Command) => run(session(self), flags));
};

async function run(session: Session, flags: Flags): Promise<void> {
  const { out } = session;
  const options = optionsOf(flags);
  const workers = integerOption('--workers', flags.workers, 1, 256);
  requireWritable(flags.out);
  const scenario = await scenarioAsked(session, flags);
  const startedMs = performance.now();
  const found = await stoppable(async (signal) => {
    const tuned = await tunedBy(session, scenario, { ...options, signal }, workers);
    const policy = policyFileOf(tuned.network, options.seed);
    writeNamedFile(flags.out, policyFileText(policy));
    if (signal.aborted) {
      out.note(`Interrupted; ${flags.out} has the best so far, of generation ${tuned.bestGeneration}.`);
    }
    return { ...policy, tuned, isStopped: signal.aborted };
  });
  if (found.isStopped) return;
  const seconds = (performance.now() - startedMs) / 1_000;
  const held = await heldOut(session, scenario, found.tuned.network, workers);
  tell(session, flags, { ...found, seconds, held });
}

async function tunedBy(
  { out }: Session,
  scenario: Scenario,
  options: TuneOptions,
  workers: number,
): Promise<TuneResult> {
  const pool = new EvaluationPool([scenario], workers);
  return out
    .task('Tuning', (update) =>
      tune(scenario, options, pool.welfare, ({ generation, generations, meanGain }) =>
        update(`generation ${generation} of ${generations}, ${percent(meanGain)} over price alone`),
      ),
    )
    .finally(() => pool.close());
}

function optionsOf(flags: Flags): TuneOptions {
  const method = oneOf('--method', flags.method, ['es', 'cem']);
  const preset = PRESETS[method];
  const quality = oneOf('--quality', flags.quality ?? preset.quality, ['network', 'linear']);
  if (quality === 'linear' && flags.from !== undefined) {
    throw new UsageError(
      'a linear quality starts at price alone, not --from a policy',
      'Add --quality network.',
    );
  }
  const whole = (name: string, text: string | undefined, value: number, min: number, max: number) =>
    text === undefined ? value : integerOption(name, text, min, max);
  const population = whole('--population', flags.population, preset.population, 2, 10_000);
  if (method === 'es' && population % 2 === 1) {
    throw new UsageError(`--population must be even with es, not ${population}`);
  }
  return {
    ...preset,
    method,
    quality,
    population,
    from: flags.from === undefined ? null : readPolicyFile(flags.from).network,
    seed: integerOption('--seed', flags.seed, 0, 2 ** 32 - 1),
    generations: whole('--generations', flags.generations, preset.generations, 1, 1_000_000),
    episodes: whole('--episodes', flags.episodes, preset.episodes, 1, 10_000),
    sigma: positive('--sigma', flags.sigma, preset.sigma),
    learningRate: positive('--learning-rate', flags.learningRate, preset.learningRate),
  };
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`${name} must be ${choices.join(' or ')}, not "${text}"`);
  return found;
}

function positive(name: string, text: string | undefined, value: number): number {
  if (text === undefined) return value;
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new UsageError(`${name} must be a number above 0, not "${text}"`);
}

interface Outcome extends ReturnType<typeof policyFileOf> {
  readonly seconds: number;
  readonly tuned: TuneResult;
  readonly held: HeldOut;
}

function tell(
  { out }: Session,
  { out: file }: Flags,
  { policyHash, code, seed, seconds, tuned, held }: Outcome,
) {
  const { episodes, bestGeneration } = tuned;
  out.result({ policyHash, file, seed, episodes, seconds, bestGeneration, ...held }, () => {
    out.line(`Policy ${policyHash}, ${(code.length - 2) / 2} bytes of code, in ${file}`);
    out.line(`${episodes} episodes; held-out welfare over price alone: ${shownGain(held)}.`);
  });
}
