import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { load, evaluate as penaltyOf } from '../../policy/network.ts';
import { PYTHON_FOLDER, pythonEnvironment, pythonWith } from './testing/python.ts';

const SECONDS = 300;
const scratch = mkdtempSync(join(tmpdir(), 'aicchain-python-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What Python's own tests of a file said, or why they could not run. */
function unittest(file: string, environment: NodeJS.ProcessEnv, ...modules: readonly string[]) {
  const python = pythonWith(...modules);
  if ('missing' in python) throw new Error(python.missing);
  const args = ['-W', 'ignore', '-m', 'unittest', 'discover', '-s', join(PYTHON_FOLDER, 'tests'), '-p', file];
  return spawnSync(python.command, args, {
    encoding: 'utf8',
    env: { ...pythonEnvironment(), ...environment },
  });
}

/** `not run: …` in the name of a test that cannot run here. */
function name(of: string, ...modules: readonly string[]): [name: string, isMissing: boolean] {
  const python = pythonWith(...modules);
  if (!('missing' in python)) return [of, false];
  process.stderr.write(`not run: the Python package ${of}: ${python.missing}\n`);
  return [`${of} (not run: ${python.missing})`, true];
}

describe('the Python package', () => {
  const [gym, noGym] = name('is a Gymnasium environment', 'gymnasium', 'numpy');
  test.skipIf(noGym)(gym, { timeout: SECONDS * 1_000 }, () => {
    const { stderr, status } = unittest('test_environment.py', {}, 'gymnasium');
    expect(stderr).toMatch(/Ran \d\d tests[\s\S]*OK/);
    expect(status).toBe(0);
  });

  const modules = ['gymnasium', 'torch', 'stable_baselines3', 'sb3_contrib'];
  const [sb3, noSb3] = name(
    'trains with stable-baselines3, and its network is the integer network',
    ...modules,
  );
  test.skipIf(noSb3)(sb3, { timeout: SECONDS * 1_000 }, () => {
    const out = join(scratch, 'network.json');
    const { stderr, status } = unittest('test_sb3.py', { AICCHAIN_NETWORK_OUT: out }, ...modules);
    expect(stderr).toMatch(/Ran \d tests[\s\S]*OK/);
    expect(status).toBe(0);

    const { network, features, penalties } = JSON.parse(readFileSync(out, 'utf8'));
    const loaded = load(network);
    const ours = features.map((row: number[]) => penaltyOf(loaded, Int16Array.from(row)));
    expect(ours).toEqual(penalties);
  });
});
