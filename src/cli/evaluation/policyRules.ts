import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { IntegerNetwork } from '../../domain/types.ts';
import type { Role } from '../../training/standings.ts';
import { readPolicyFile } from '../policyFile.ts';
import { UsageError } from '../usage.ts';
import { networkRule, type PlayedRule } from './rules.ts';

/**
 * Rules from `FILE` and `NAME=FILE`; a folder stands for the files *.json in it. Files of one name are one policy with as many
 * training seeds.
 *
 * @example policyRules(['a=one.json', 'a=two.json'], 'policy', 'policy')[0].versions.length // 2
 */
export function policyRules(texts: readonly string[], role: Role, unnamed: string): readonly PlayedRule[] {
  const byName = new Map<string, IntegerNetwork[]>();
  for (const text of texts) {
    const [, name = unnamed, path = text] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
    const networks = filesOf(path).map((file) => readPolicyFile(file).network);
    byName.set(name, [...(byName.get(name) ?? []), ...networks]);
  }
  return [...byName].map(([name, networks]) => networkRule(name, role, networks));
}

function filesOf(path: string): readonly string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const files = readdirSync(path).filter((name) => name.endsWith('.json'));
  if (files.length > 0) return files.sort().map((name) => join(path, name));
  throw new UsageError(
    `${path} holds no policies`,
    'Name a policy file, or a folder with policies as *.json.',
  );
}
