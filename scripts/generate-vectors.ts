/**
 * Golden inputs and outputs that Solidity, TypeScript and WASM share: `node scripts/generate-vectors.ts` writes them
 * from the TypeScript, `contracts/test/vectors` holds the contracts to them. With `--check` it writes nothing and
 * fails where anything would change.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateVectors } from './vectors/certificate.ts';
import { codesVectors } from './vectors/codes.ts';
import { featuresVectors } from './vectors/features.ts';
import { networkVectors } from './vectors/network.ts';
import { openRoundsVectors } from './vectors/openRounds.ts';
import { splitVectors } from './vectors/split.ts';
import { textOf } from './vectors/table.ts';
import { trustVectors } from './vectors/trust.ts';
import { weightVectors } from './vectors/weight.ts';
import { wordsVectors } from './vectors/words.ts';

const VECTORS: Readonly<Record<string, () => unknown>> = {
  words: wordsVectors,
  codes: codesVectors,
  features: featuresVectors,
  network: networkVectors,
  weight: weightVectors,
  split: splitVectors,
  trust: trustVectors,
  openRounds: openRoundsVectors,
  certificate: certificateVectors,
};

const folder = join(import.meta.dirname, '..', 'vectors');
const checkOnly = process.argv.includes('--check');
mkdirSync(folder, { recursive: true });

for (const [name, make] of Object.entries(VECTORS)) {
  const file = join(folder, `${name}.json`);
  const text = textOf(make());
  if (textAt(file) === text) continue;
  if (checkOnly) {
    process.stderr.write(
      `vectors/${name}.json is not what the code gives: run node scripts/generate-vectors.ts\n`,
    );
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    process.stdout.write(`wrote vectors/${name}.json\n`);
  }
}

function textAt(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
