#!/usr/bin/env node
// Biome's program of this platform. Its wrapper package names platforms that not every registry has, and then `npm ci`
// refuses the whole tree, so the programs are depended on directly.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const platform = `@biomejs/cli-${process.platform}-${process.arch}`;
let folder;
try {
  folder = dirname(createRequire(import.meta.url).resolve(`${platform}/package.json`));
} catch {
  process.stderr.write(`biome: ${platform} is not among the dependencies; add it to toolchain/package.json to lint here\n`);
  process.exit(1);
}
const { status } = spawnSync(join(folder, 'biome'), process.argv.slice(2), { stdio: 'inherit' });
process.exit(status ?? 1);
