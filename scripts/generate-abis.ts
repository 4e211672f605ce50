// ABIs and creation code of the contracts as TypeScript, so that the published package needs neither Foundry nor solc.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const CONTRACTS = [
  'AICC',
  'AICG',
  'AICGovernor',
  'TimelockController',
  'Parameters',
  'DualTokenSystem',
  'ComputeNodes',
  'AIWorkloads',
  'RLPolicyManager',
  'AICChain',
  'TruthfulReporting',
] as const;

interface Artifact {
  readonly abi: readonly unknown[];
  readonly bytecode: { readonly object: string; readonly linkReferences: Record<string, unknown> };
}

const root = join(import.meta.dirname, '..');

/** aicGovernor of AICGovernor: the leading capitals become small, up to the word that follows them. */
const camel = (name: string) =>
  name.replace(/^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]/, (capitals) => capitals.toLowerCase());

function generated(contract: string): readonly [path: string, text: string] {
  const file = join(root, 'contracts/out', `${contract}.sol`, `${contract}.json`);
  const { abi, bytecode } = JSON.parse(readFileSync(file, 'utf8')) as Artifact;
  if (Object.keys(bytecode.linkReferences).length > 0)
    throw new Error(`${contract} needs linking: make its libraries internal`);
  const lines = abi.map((item) => `  ${JSON.stringify(item)},\n`).join('');
  const name = camel(contract);
  const text = `// Made by scripts/generate-abis.ts from contracts/src. Do not edit.
export const ${name}Abi = [
${lines}] as const;

export const ${name}Bytecode: \`0x\${string}\` =
  '${bytecode.object}';
`;
  return [`src/chain/generated/${contract}.ts`, text];
}

/** Builds the contracts and returns path and text of every generated file. */
export function abiFiles(): readonly (readonly [path: string, text: string])[] {
  try {
    execFileSync('forge', ['build', '--skip', 'test', 'script'], { cwd: root, stdio: 'pipe' });
  } catch (error) {
    throw new Error(`forge build failed\n${(error as { stderr: Buffer }).stderr}`);
  }
  return CONTRACTS.map(generated);
}
