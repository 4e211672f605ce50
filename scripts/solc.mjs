#!/usr/bin/env node
// The compiler of the npm package `solc` (wasm) behind the two calls that Foundry makes of a native one,
// so that contracts compile wherever npm works and nothing is downloaded.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [call] = process.argv.slice(2);

if (call === '--version' || call === '-V') {
  // Foundry asks on every run: answer without loading 9 MB of wasm.
  const { version } = require('solc/package.json');
  process.stdout.write(
    `solc, the solidity compiler commandline interface\nVersion: ${version}+commit.00000000.Emscripten.clang\n`,
  );
} else if (call === '--standard-json') {
  process.stdout.write(require('solc').compile(readFileSync(0, 'utf8')));
} else {
  process.stderr.write(`solc.mjs answers --version and --standard-json, not ${call ?? 'nothing'}\n`);
  process.exitCode = 1;
}
