import type { Command } from 'commander';
import { OPENB_PROFILES } from '../trainer/scenario/scenarioFrom.ts';

/** What every command that plays a market was told of it, as text. */
export interface ScenarioFlags {
  readonly scenario: string;
  readonly trace?: readonly string[];
  readonly nodes?: string;
  readonly load?: string;
  readonly profile?: string;
  readonly horizon?: string;
  readonly marketSeed?: string;
}

export const USUAL_NODES = 64;
/** Of the market; episodes have seeds of their own. */
export const USUAL_MARKET_SEED = 1;

/** The options of `ScenarioFlags`. `load` says what a command makes of --load, where that is more than one load. */
export function scenarioOptions(
  command: Command,
  standard: 'network' | 'openb',
  load: readonly [flag: string, meaning: string] = [
    '--load <x>',
    'demanded over offered GPU time, instead of the market’s own',
  ],
): Command {
  return command
    .option('--scenario <name>', 'network, openb, or a file that says a market (below)', standard)
    .option('--trace <files...>', 'node and job lists of a recorded cluster, to replay instead')
    .option('--nodes <n>', `how many nodes openb has, or are drawn of a trace's; ${USUAL_NODES} unless named`)
    .option(...load)
    .option('--profile <name>', `GPUs that openb's jobs ask for: ${OPENB_PROFILES.join(' or ')}`)
    .option('--horizon <n>', 'rounds of an episode, instead of the market’s own')
    .option(
      '--market-seed <n>',
      `of openb's market, or of the nodes drawn; ${USUAL_MARKET_SEED} unless named`,
    );
}

/** Goes to the end of the help of each of them. */
export const SCENARIO_HELP = `
Markets:
  network  nodes like those of the network, and workloads like those that it saw
  openb    a cluster like Alibaba's openb, its nodes offered by many, all over the globe
  FILE     JSON: {"nodes": 40, "load": 1, "profile": "multigpu", "seed": 1} is openb's;
           {"nodes": [...], "workloads": [...]} is your own, as in examples/market.json`;
