import type { Command } from 'commander';
import { MICRO_PER_AICC } from '../../domain/units.ts';
import {
  type Course,
  DEFAULT_CHOOSE,
  shadowPriceOf,
  type Taught,
  teachAndChoose,
} from '../../training/teachAndChoose.ts';
import { percent } from '../heldOut.ts';
import { requireWritable, writeNamedFile } from '../home.ts';
import { onInterrupt } from '../interrupt.ts';
import { type PolicyFile, policyFileOf, policyFileText } from '../policyFile.ts';
import type { CommandModule, Session } from '../Session.ts';
import { loadOption, marketAsked } from '../scenario.ts';
import { SCENARIO_HELP, type ScenarioFlags, scenarioOptions } from '../scenarioOptions.ts';
import { integerOption, UsageError } from '../usage.ts';

const LOADS = '0.7,0.9,1,1.1,1.3';

interface Flags extends ScenarioFlags {
  readonly shadowPrices?: string;
  readonly priceScales: string;
  readonly episodes: string;
  readonly rounds: string;
  readonly passes: string;
  readonly seed: string;
  readonly out: string;
}

export const configure: CommandModule['configure'] = (command, session) => {
  scenarioOptions(command, 'network', [
    '--load <x,…>',
    `a course each: demanded over offered GPU time; of openb ${LOADS} unless named`,
  ])
    .option('--shadow-prices <x,…>', 'what a GPU-hour is worth to others, AICC, a price each load')
    .option(
      '--price-scales <x,…>',
      'multiples of the shadow prices that are tried',
      DEFAULT_CHOOSE.priceScales.join(),
    )
    .option('--episodes <n>', 'of each course, in each round', String(DEFAULT_CHOOSE.episodes))
    .option('--rounds <n>', 'each after the first is played by the best policy so far', '1')
    .option('--passes <n>', 'how often it goes through all lessons', String(DEFAULT_CHOOSE.passes))
    .option('--seed <n>', 'of all randomness: the same seed gives the same policy hash', '1')
    .option('--out <file>', 'where the policy is written', 'policy.json')
    .addHelpText(
      'after',
      `
Plays episodes and teaches the policy what matches are truly worth, less the price of the GPU time that they take.
${SCENARIO_HELP}

Example:
  aicchain teach --scenario openb --nodes 16 --out taught.json
  aicchain train --scenario openb --nodes 16 --from taught.json`,
    )
    .action((flags: Flags, self: Command) => run(session(self), flags));
};

async function run(session: Session, flags: Flags): Promise<void> {
  const { out } = session;
  const options = {
    seed: integerOption('--seed', flags.seed, 0, 2 ** 32 - 1),
    episodes: integerOption('--episodes', flags.episodes, 1, 100_000),
    rounds: integerOption('--rounds', flags.rounds, 1, 1_000),
    passes: integerOption('--passes', flags.passes, 1, 100_000),
    priceScales: numbers('--price-scales', flags.priceScales),
  };
  requireWritable(flags.out);
  const courses = await coursesAsked(session, flags);
  const startedMs = performance.now();
  const forget = onInterrupt(() => out.note(`Interrupted; ${flags.out} was not written.`));
  const taught = await out
    .task('Teaching', (update) => teachAndChoose(courses, options, update))
    .finally(forget);
  const seconds = (performance.now() - startedMs) / 1_000;
  const policy = policyFileOf(taught.network, options.seed);
  writeNamedFile(flags.out, policyFileText(policy));
  tell(session, flags, policy, taught, seconds);
}

async function coursesAsked(session: Session, flags: Flags): Promise<Course[]> {
  const market = await marketAsked(session, flags);
  const isOpenb = flags.scenario === 'openb' && flags.trace === undefined;
  const asked = flags.load ?? (isOpenb ? LOADS : undefined);
  const loads = asked === undefined ? [undefined] : asked.split(',').map(loadOption);
  const prices =
    flags.shadowPrices === undefined ? undefined : numbers('--shadow-prices', flags.shadowPrices);
  if (prices !== undefined && prices.length !== loads.length) {
    throw new UsageError(`--shadow-prices has ${prices.length} prices for ${loads.length} loads`);
  }
  return loads.map((load, i) => {
    const scenario = market.at(load);
    const price = prices === undefined ? shadowPriceOf(scenario, load ?? 1) : prices[i]! * MICRO_PER_AICC;
    return { scenario, shadowPriceMicroPerGpuHour: price };
  });
}

function numbers(name: string, text: string): number[] {
  return text.split(',').map((part) => {
    const number = Number(part);
    if (part.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
    throw new UsageError(`${name} must be numbers from 0 on with commas between, not "${text}"`);
  });
}

function tell(
  { out }: Session,
  { out: file }: Flags,
  { policyHash, code, seed }: PolicyFile,
  { rows, priceScale, meanGain, gains }: Taught,
  seconds: number,
): void {
  const validation = { meanGain, gains };
  out.result({ policyHash, rows, seconds, file, seed, priceScale, validation }, () => {
    out.line(`Policy ${policyHash}, ${(code.length - 2) / 2} bytes of code, in ${file}`);
    out.line(`${rows} pairs in ${seconds.toFixed(1)} s, at ${priceScale} × the price of capacity.`);
    out.line(`Validation welfare over price alone: ${gains.map(percent).join(', ')}.`);
    out.line('Judge it on other seeds with `aicchain evaluate`.');
  });
}
