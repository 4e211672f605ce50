import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSpec } from '../src/cli/spec.ts';
import { scenarioFrom } from '../src/trainer/scenario/scenarioFrom.ts';
import { certified, play, Simulation } from '../src/training/index.ts';
import { explainAMatch } from './01-explain-a-match.ts';
import { verifyALog } from './02-verify-a-log.ts';
import { trainAndCompile } from './03-train-and-compile-a-policy.ts';

describe('the examples', () => {
  it('01: explains a match, and the chain weighs it the same', async () => {
    const { candidates, entry, weightOnChainMicro } = await explainAMatch();
    expect(candidates.map(({ node, verdict }) => [node, verdict])).toEqual([
      [1, 'Outbid'],
      [2, 'Chosen'],
    ]);
    expect(weightOnChainMicro).toBe(BigInt(entry.uMicro + entry.vMicro));
  });

  it('02: finds a price that is off by one micro-AICC', async () => {
    const { honest, forged } = await verifyALog();
    expect(honest).toMatchObject({ ok: true, rounds: 1, matches: 1 });
    expect(forged.ok).toBe(false);
  });

  it('03: weights compile to one code and one hash', async () => {
    const { hash, again, codeBytes } = await trainAndCompile(1);
    expect(again).toBe(hash);
    expect(codeBytes).toBeGreaterThan(5_000);
  });

  it('market.json is a market to train and evaluate in', () => {
    const told = JSON.parse(readFileSync(join(import.meta.dirname, 'market.json'), 'utf8'));
    const scenario = scenarioFrom(told);
    expect(scenario.nodes.map(({ gpus }) => gpus)).toEqual([8, 4, 2]);
    expect(play(new Simulation(scenario), 1, certified(null)).endings.completed).toBeGreaterThan(0);
  });

  it('workload.yaml is a workload', () => {
    const spec = readSpec(join(import.meta.dirname, 'workload.yaml'));
    expect(spec.inputs.map(({ name }) => name)).toEqual(['char-lm.mjs', 'text.txt']);
  });
});
