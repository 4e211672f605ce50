/** `npm run check`: everything that CI runs. Linters, generated files, the published form, then all tests. */
import { spawnSync } from 'node:child_process';

// Contracts' tests write the snapshot of gas; here one that would change is an error instead.
process.env.FORGE_SNAPSHOT_CHECK = 'true';

const STEPS: readonly (readonly [what: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc'],
  ['lint', 'biome', 'check', '.'],
  ['Solidity format', 'forge', 'fmt', '--check'],
  ['import directions', 'depcruise', 'src', '--config', '.dependency-cruiser.cjs'],
  ['generated files', 'node', 'scripts/generate.ts', '--check'],
  ['golden vectors', 'node', 'scripts/generate-vectors.ts', '--check'],
  ['published form', 'node', 'scripts/check-package.ts'],
  ['demo', 'node', 'scripts/check-demo.ts'],
  ['tests', 'node', 'scripts/test.ts'],
];

for (const [what, command, ...args] of STEPS) {
  const started = Date.now();
  console.log(`\n== ${what}: ${[command, ...args].join(' ')}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`check: "${what}" failed; run it alone: ${[command, ...args].join(' ')}`);
    process.exit(1);
  }
  if (what !== 'tests') console.log(`   ok, ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
