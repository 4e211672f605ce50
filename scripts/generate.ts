/**
 * Makes what is generated from one source: `node scripts/generate.ts`. With `--check` it writes nothing
 * and fails where anything would change.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { abiFiles } from './generate-abis.ts';
import { kernelFiles } from './generate-kernels.ts';
import { parametersPage, parameterTable } from './generate-parameters.ts';
import { policyVectors } from './generate-policies.ts';

/** Path from the root of the repository, and the whole text of the file. */
type Generated = readonly [path: string, text: string];

const root = join(import.meta.dirname, '..');
const checkOnly = process.argv.includes('--check');

const outputs: readonly Generated[] = [
  ['contracts/src/generated/ParameterTable.sol', parameterTable()],
  ['docs/PARAMETERS.md', parametersPage()],
  ['vectors/policies.json', policyVectors()],
  ...(await kernelFiles()),
];

const textAt = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

function write(outputs: readonly Generated[]): void {
  for (const [path, text] of outputs.filter(([path, text]) => textAt(join(root, path)) !== text)) {
    if (checkOnly) {
      process.stderr.write(`${path} is not what its source gives: run npm run generate\n`);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
      process.stdout.write(`wrote ${path}\n`);
    }
  }
}

write(outputs);
// The contracts are built from what was just written.
write(abiFiles());
