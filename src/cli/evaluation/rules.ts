import type { IntegerNetwork } from '../../domain/types.ts';
import { BASELINES } from '../../match/baselines/index.ts';
import type { Clears } from '../../trainer/Clears.ts';
import type { Role } from '../../training/standings.ts';
import { UsageError } from '../usage.ts';

/** A rule that is played: `versions` are what its training seeds ended in, or the one that it is. */
export interface PlayedRule {
  readonly name: string;
  readonly role: Role;
  readonly versions: readonly Clears[];
}

/** The certified round with no quality at all: what the mechanism alone brings. */
export const PRICE_ALONE = 'price-alone';

export const BASELINE_NAMES: readonly string[] = [PRICE_ALONE, ...BASELINES.map(({ name }) => name)];

/** @example baselineRule('first-fit') */
export function baselineRule(name: string): PlayedRule {
  if (name === PRICE_ALONE)
    return { name, role: 'untuned', versions: [{ kind: 'certified', quality: null }] };
  if (BASELINE_NAMES.includes(name)) return { name, role: 'untuned', versions: [{ kind: 'matcher', name }] };
  throw new UsageError(
    `there is no baseline "${name}"`,
    `There are ${BASELINE_NAMES.join(', ')}; or all: baselines.`,
  );
}

/** The certified round with each of these networks, a training seed each. */
export function networkRule(name: string, role: Role, networks: readonly IntegerNetwork[]): PlayedRule {
  return { name, role, versions: networks.map((quality) => ({ kind: 'certified', quality })) };
}

/** No rule: the welfare that none exceeds on average, all arrivals known in advance. */
export const HINDSIGHT: PlayedRule = { name: 'hindsight', role: 'bound', versions: [{ kind: 'hindsight' }] };
