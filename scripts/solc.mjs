#!/usr/bin/env node
// The compiler of the npm package `solc` (wasm) behind the two calls that Foundry makes of a native one,
// so that contracts compile wherever npm works and nothing is downloaded.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
// Foundry puts paths it allows and a base path before the call; imports arrive inside the JSON, so they are not needed.
const calls = process.argv.slice(2);

if (calls.includes('--version') || calls.includes('-V')) {
  // Foundry asks on every run: answer without loading 9 MB of wasm.
  const { version } = require('solc/package.json');
  process.stdout.write(
    `solc, the solidity compiler commandline interface\nVersion: ${version}+commit.00000000.Emscripten.clang\n`,
  );
} else if (calls.includes('--standard-json')) {
  process.stdout.write(require('solc').compile(readFileSync(0, 'utf8')));
} else {
  process.stderr.write(
    `solc.mjs answers --version and --standard-json, not ${calls.join(' ') || 'nothing'}\n`,
  );
  process.exitCode = 1;
}
