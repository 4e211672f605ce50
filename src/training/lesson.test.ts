import { describe, expect, test } from 'vitest';
import { FEATURES } from '../domain/index.ts';
import { expectedWorth, joined, lessonOf, type Worth } from './lesson.ts';
import { openbScenario } from './market.ts';
import { Simulation } from './Simulation.ts';

const SCENARIO = openbScenario({ nodes: 10, load: 1.2, seed: 1 });
const SHADOW_PRICE = 150_000;
const worth = expectedWorth(SHADOW_PRICE);

describe('a lesson', () => {
  const lesson = lessonOf(SCENARIO, [1, 2], { worth });

  test('has rows of every feature, and targets that a penalty can be brought towards', () => {
    const rows = lesson.target.length;
    expect(rows).toBeGreaterThan(200);
    expect(lesson.features).toHaveLength(rows * FEATURES);
    expect(lesson.weight.every((weight) => weight > 0)).toBe(true);
    expect(lesson.target.every((target) => target >= -20_000 && target <= 65_535)).toBe(true);
  });

  test('does not depend on which seeds were played before', () => {
    expect(joined([lessonOf(SCENARIO, [1], { worth }), lessonOf(SCENARIO, [2], { worth })])).toEqual(lesson);
    expect(lessonOf(SCENARIO, [1, 2], { worth, seed: 2 }).target).not.toEqual(lesson.target);
  });

  test('the target is the penalty under which the weight is the worth', () => {
    const seen: { weightMicro: number; worthMicro: number; gpuHours: number }[] = [];
    const noting: Worth = (simulation, workload, node) => {
      const gpuSec = simulation.gpuSec(workload, node);
      const worthMicro = worth(simulation, workload, node);
      seen.push({
        weightMicro: simulation.weightMicro(workload, node, gpuSec),
        worthMicro,
        gpuHours: gpuSec / 3_600,
      });
      return worthMicro;
    };
    const { target } = lessonOf(SCENARIO, [1, 2], { worth: noting });
    expect(target).toEqual(lesson.target);
    const most = SCENARIO.parameters.maxPenaltyMicroPerGpuHour;
    let checked = 0;
    for (const [k, { weightMicro, worthMicro, gpuHours }] of seen.entries()) {
      if (target[k]! <= 0 || target[k]! >= 65_535) continue;
      const qualityMicro = (target[k]! / 65_535) * most * gpuHours;
      expect(Math.abs(weightMicro - qualityMicro - worthMicro)).toBeLessThan(1e-6 * (1 + weightMicro));
      checked++;
    }
    expect(checked).toBeGreaterThan(100);
  });

  test('a dearer hour raises every target by as much', () => {
    const dearer = lessonOf(SCENARIO, [1, 2], { worth: expectedWorth(SHADOW_PRICE + 100_000) });
    const step = (100_000 / SCENARIO.parameters.maxPenaltyMicroPerGpuHour) * 65_535;
    dearer.target.forEach((target, k) => {
      if (lesson.target[k]! > -20_000 && target < 65_535)
        expect(target - lesson.target[k]!).toBeCloseTo(step, 6);
      else expect(target).toBeGreaterThanOrEqual(lesson.target[k]!);
    });
  });

  test('looks at nothing that changes the episode', () => {
    const plain = new Simulation(SCENARIO);
    plain.reset(1);
    for (let round = 0; round < 20; round++) plain.advance();
    const before = plain.save();
    for (const workload of plain.open) {
      for (let c = 0; c < plain.nodes.length; c++) {
        if (plain.isFeasible(workload, c)) worth(plain, workload, c);
      }
    }
    expect(plain.open.length).toBeGreaterThan(0);
    expect(plain.save()).toEqual(before);
  });
});
