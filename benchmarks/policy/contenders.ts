import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { policyRules } from '../../src/cli/evaluation/policyRules.ts';
import { BASELINE_NAMES, baselineRule, type PlayedRule } from '../../src/cli/evaluation/rules.ts';

export const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));
/** The folder of the policy that is shipped; each file is what a training seed ended in. */
export const SHIPPED = 'openb';
/** Folders of what was tuned and is no learned network begin so. */
const TUNED = /^linear/;

/**
 * Everything that is compared: a policy for each folder of `folder`, all baselines, and price alone.
 * Of the shipped policy `most` training seeds are played, of others at most three.
 */
export function contenders(folder: string, most: number): readonly PlayedRule[] {
  const names = existsSync(folder) ? foldersIn(folder) : [];
  if (!names.includes(SHIPPED)) {
    throw new Error(`there are no policies in ${join(folder, SHIPPED)}: train them first (docs/policy.md)`);
  }
  const trained = names.flatMap((name) =>
    policyRules([`${name}=${join(folder, name)}`], TUNED.test(name) ? 'tuned' : 'policy', name),
  );
  const played = trained.map((rule) => firstOf(rule.name === SHIPPED ? most : Math.min(most, OTHERS))(rule));
  return [...played, ...BASELINE_NAMES.map(baselineRule)];
}

/** Training seeds of what is compared but not shipped. */
const OTHERS = 3;

const firstOf =
  (most: number) =>
  (rule: PlayedRule): PlayedRule => ({ ...rule, versions: rule.versions.slice(0, most) });

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
