import { heldOutSeeds, MOST_HELD_OUT } from '../../training/seeds.ts';
import { loadOption } from '../scenario.ts';
import type { ScenarioFlags } from '../scenarioOptions.ts';
import { integerOption, UsageError } from '../usage.ts';
import { policyRules } from './policyRules.ts';
import { BASELINE_NAMES, baselineRule, HINDSIGHT, type PlayedRule } from './rules.ts';

/** What `aicchain evaluate` was told, as text. */
export interface EvaluateOptions extends ScenarioFlags {
  readonly policy: readonly string[];
  readonly tuned: readonly string[];
  readonly against: string;
  readonly seeds: string;
  readonly bound: boolean;
  readonly workers: string;
  readonly html?: string;
  readonly curves?: readonly string[];
}

/** Every rule that is asked for, each once. */
export function rulesAsked({ policy, tuned, against, bound }: EvaluateOptions): readonly PlayedRule[] {
  const names = against
    .split(',')
    .flatMap((name) => (name.trim() === 'baselines' ? BASELINE_NAMES : name.trim()));
  const rules = [
    ...policyRules(policy, 'policy', 'policy'),
    ...policyRules(tuned, 'tuned', 'tuned'),
    ...[...new Set(names)].map(baselineRule),
    ...(bound ? [HINDSIGHT] : []),
  ];
  const twice = rules.find(({ name }, i) => rules.findIndex((rule) => rule.name === name) !== i);
  if (twice === undefined) return rules;
  throw new UsageError(
    `two rules are called ${twice.name}`,
    'Give a policy another name: --policy NAME=FILE.',
  );
}

/** Loads of a sweep, ascending. @example loadsAsked('1.2,0.8') // [0.8, 1.2] */
export function loadsAsked(text = '1'): readonly number[] {
  return [...new Set(text.split(',').map(loadOption))].sort((a, b) => a - b);
}

/** `N` are so many that no training plays; `A-B` are those of one's own choice. */
export function seedsAsked(text: string): readonly number[] {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined)
    return heldOutSeeds(integerOption('--seeds', text, 1, MOST_HELD_OUT));
  const count = Number(to) - Number(from) + 1;
  if (count < 1 || count > MOST_HELD_OUT) {
    throw new UsageError(`--seeds ${text} is from more to less, or over ${MOST_HELD_OUT} of them`);
  }
  return Array.from({ length: count }, (_, i) => Number(from) + i);
}
