import { availableParallelism } from 'node:os';
import { hexToBytes } from '@noble/hashes/utils';
import type { Command } from 'commander';
import { decodeWeights } from '../../policy/weightsBytes.ts';
import { EvaluationPool } from '../../trainer/EvaluationPool.ts';
import { compare, heldOutSeeds } from '../../training/evaluate.ts';
import {
  DEFAULT_CEM_LINEAR,
  DEFAULT_ES,
  type TuneOptions,
  type TuneResult,
  tune,
} from '../../training/tune.ts';
import { writeNamedFile } from '../home.ts';
import { onInterrupt } from '../interrupt.ts';
import { policyFileOf, policyFileText, readPolicyFile } from '../policyFile.ts';
import type { CommandModule, Session } from '../Session.ts';
import { scenarioAsked } from '../scenario.ts';
import { SCENARIO_HELP, type ScenarioFlags, scenarioOptions } from '../scenarioOptions.ts';
import { integerOption, UsageError } from '../usage.ts';

const HELD_OUT_SEEDS = heldOutSeeds(24);
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
  const stop = new AbortController();
  const options = { ...optionsOf(flags), signal: stop.signal };
  const workers = integerOption('--workers', flags.workers, 1, 256);
  const scenario = await scenarioAsked(session, flags);
  const startedMs = performance.now();
  const pool = new EvaluationPool([scenario], workers);
  const written = Promise.withResolvers<void>();
  const forget = onInterrupt(() => {
    stop.abort();
    return written.promise;
  });
  const tuned = await out
    .task('Tuning', (update) =>
      tune(scenario, options, pool.welfare, ({ generation, generations, meanGain }) =>
        update(`generation ${generation} of ${generations}, ${percent(meanGain)} over price alone`),
      ),
    )
    .finally(async () => {
      forget();
      await pool.close();
    });
  const seconds = (performance.now() - startedMs) / 1_000;
  const policy = policyFileOf(tuned.network, options.seed);
  writeNamedFile(flags.out, policyFileText(policy));
  written.resolve();
  if (stop.signal.aborted) {
    out.note(`Interrupted; ${flags.out} has the best so far, of generation ${tuned.bestGeneration}.`);
    return;
  }
  const held = await out.task('Playing held-out seeds', async () =>
    compare(scenario, tuned.network, HELD_OUT_SEEDS),
  );
  tell(session, flags, { ...policy, seconds, tuned, held });
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
    from:
      flags.from === undefined
        ? null
        : decodeWeights(hexToBytes(readPolicyFile(flags.from).weights.slice(2))),
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
  readonly held: ReturnType<typeof compare>;
}

function tell(
  { out }: Session,
  { out: file }: Flags,
  { policyHash, code, seed, seconds, tuned, held }: Outcome,
) {
  const { gain, gainInterval, verdict } = held;
  const { episodes, bestGeneration } = tuned;
  const welfare = { policyMicro: held.policy.welfareMicro, priceAloneMicro: held.priceAlone.welfareMicro };
  out.result(
    { policyHash, file, seed, episodes, seconds, bestGeneration, welfare, gain, gainInterval, verdict },
    () => {
      out.line(`Policy ${policyHash}, ${(code.length - 2) / 2} bytes of code, in ${file}`);
      out.line(
        `${episodes} episodes; held-out welfare over price alone: ${percent(gain)} (95 %: ${percent(gainInterval.low)} to ${percent(gainInterval.high)}).`,
      );
    },
  );
}

const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
