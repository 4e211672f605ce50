/** `npm test`: the contracts' tests (Foundry) and TypeScript's (vitest), then one line for all: `N passed, N failed`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Count {
  readonly passed: number;
  readonly failed: number;
  /** Tests that need what this machine does not have. */
  readonly skipped: number;
}

const scratch = mkdtempSync(join(tmpdir(), 'aicchain-test-'));

/** Counts forge's own closing line; a run that does not reach it (a contract that does not compile) has failed. */
function contracts(): Count {
  const run = spawnSync('forge', ['test', '--color', 'never'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
  process.stdout.write(run.stdout.replace(/^\n+/gm, ''));
  const total = /(\d+) tests passed, (\d+) failed, (\d+) skipped/g;
  const last = [...run.stdout.matchAll(total)].at(-1);
  if (!last) return { passed: 0, failed: 1, skipped: 0 };
  const failed = Number(last[2]);
  return {
    passed: Number(last[1]),
    failed: run.status === 0 ? failed : Math.max(1, failed),
    skipped: Number(last[3]),
  };
}

function typescript(): Count {
  const report = join(scratch, 'vitest.json');
  const run = spawnSync(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that does not even load has no failed test, only a failed suite.
    const failed = numFailedTests > 0 ? numFailedTests : numFailedTestSuites;
    return {
      passed: numPassedTests,
      failed: run.status === 0 ? failed : Math.max(1, failed),
      skipped: numPendingTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const started = Date.now();
const counts = [contracts(), typescript()];
rmSync(scratch, { recursive: true, force: true });
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
const skipped = counts.reduce((sum, count) => sum + count.skipped, 0);
console.log(
  `\ncontracts ${counts[0]?.passed} passed, typescript ${counts[1]?.passed} passed, ${skipped} skipped, ${Math.round((Date.now() - started) / 1000)} s`,
);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
