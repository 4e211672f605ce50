#!/usr/bin/env node
// The command, published or not: a clone has sources and sets itself up, the published package has only what was built from them.
import { existsSync } from 'node:fs';

const source = new URL('../src/cli/main.ts', import.meta.url);
if (existsSync(source)) {
  process.argv.splice(2, 0, 'aicchain');
  await import('../scripts/bootstrap.mjs');
} else if (isOlderNode()) {
  process.stderr.write(`error: aicchain needs Node 22.18 or newer; this is ${process.version}\n`);
  process.exit(2);
} else {
  await import('../dist/cli/main.js');
}

function isOlderNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major < 22 || (major === 22 && minor < 18);
}
