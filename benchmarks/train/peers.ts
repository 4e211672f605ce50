import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { IntegerNetwork } from '../../src/domain/index.ts';
import { pythonEnvironment, pythonWith } from '../../src/trainer/bridge/testing/python.ts';
import { UPDATE } from './ours.ts';

/** A script beside this file, its lines of JSON. Undefined, and said on stderr, where Python or a package is missing. */
function peer(script: string, modules: readonly string[], asked: object): readonly unknown[] | undefined {
  const python = pythonWith(...modules);
  if ('missing' in python) {
    notRun(script, python.missing);
    return undefined;
  }
  const file = fileURLToPath(new URL(script, import.meta.url));
  const { stdout, stderr, status } = spawnSync(
    python.command,
    ['-W', 'ignore', file, JSON.stringify(asked)],
    {
      encoding: 'utf8',
      // Threads that wait asleep: on two cores, spinning ones take the time of those that work, by up to ten times.
      env: { OMP_WAIT_POLICY: 'passive', ...pythonEnvironment() },
      maxBuffer: 1 << 28,
    },
  );
  if (status !== 0) {
    notRun(script, stderr.trim().split('\n').at(-1)!);
    return undefined;
  }
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const told = new Set<string>();

/** Said once for each script. */
function notRun(script: string, reason: string): void {
  if (!told.has(script)) process.stderr.write(`not run: ${script}: ${reason}\n`);
  told.add(script);
}

/** How a training by stable-baselines3 stood after an update. */
export interface Sb3Checkpoint {
  readonly decisions: number;
  readonly environmentSec: number;
  readonly learnerSec: number;
  readonly network: Omit<IntegerNetwork, 'b1' | 'w1' | 'b2' | 'w2' | 'w3'> &
    Readonly<Record<'b1' | 'w1' | 'b2' | 'w2' | 'w3', readonly number[]>>;
}

export interface Sb3Run {
  readonly scenario: object;
  readonly seed: number;
  readonly updates: number;
  readonly threads: number;
  /** Updates between two checkpoints. */
  readonly every: number;
}

export const sb3 = (run: Sb3Run) =>
  peer('sb3.py', ['gymnasium', 'torch', 'stable_baselines3', 'sb3_contrib'], run) as
    | readonly Sb3Checkpoint[]
    | undefined;

/** Seconds and decisions of stepping the environments from Python, with nothing learnt: the bridge and the market. */
export function bridgeAlone(scenario: object, steps: number) {
  const said = peer('bridge.py', ['gymnasium'], { scenario, steps });
  return said?.[0] as { readonly decisions: number; readonly seconds: number } | undefined;
}

/** Seconds of each update in PyTorch. */
export function torchUpdateSeconds(threads: number, updates: number): readonly number[] | undefined {
  const said = peer('torch_update.py', ['torch', 'gymnasium'], { ...UPDATE, threads, updates });
  return (said?.[0] as { readonly seconds: readonly number[] } | undefined)?.seconds;
}

export function networkOf({ network: n }: Sb3Checkpoint): IntegerNetwork {
  return {
    ...n,
    b1: Int32Array.from(n.b1),
    w1: Int8Array.from(n.w1),
    b2: Int32Array.from(n.b2),
    w2: Int8Array.from(n.w2),
    w3: Int8Array.from(n.w3),
  };
}
