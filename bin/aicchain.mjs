#!/usr/bin/env node
// The command, published or not: a clone has sources and sets itself up, the published package has only what was built from them.
import { existsSync } from 'node:fs';

const source = new URL('../src/cli/main.ts', import.meta.url);
if (existsSync(source)) {
  process.argv.splice(2, 0, 'aicchain');
  await import('../scripts/bootstrap.mjs');
} else {
  await import('../dist/cli/main.js');
}
