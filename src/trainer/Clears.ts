import type { IntegerNetwork } from '../domain/types.ts';
import { BASELINES } from '../match/baselines/index.ts';
import { certified, type Rule } from '../training/play.ts';

/** How an episode is played, in a form that goes to other threads: matchers go by name; hindsight bounds it instead. */
export type Clears =
  | { readonly kind: 'certified'; readonly quality: IntegerNetwork | null }
  | { readonly kind: 'matcher'; readonly name: string }
  | { readonly kind: 'hindsight' };

export function ruleOf(clears: Exclude<Clears, { kind: 'hindsight' }>): Rule {
  if (clears.kind === 'certified') return certified(clears.quality);
  const matcher = BASELINES.find(({ name }) => name === clears.name);
  if (matcher === undefined) throw new RangeError(`no baseline is called ${clears.name}`);
  return { kind: 'matcher', matcher };
}
