import { describe, expect, test } from 'vitest';
import { FEATURES } from '../domain/index.ts';
import { dearer, expectedWorth, joined, lessonOf, type Worth } from './lesson.ts';
import { emptyNetwork } from './linear.ts';
import { openbScenario } from './market.ts';
import { Simulation } from './Simulation.ts';

const SCENARIO = openbScenario({ nodes: 10, load: 1.2, seed: 1 });
const SHADOW_PRICE = 150_000;
const worth = expectedWorth(SHADOW_PRICE);

describe('a lesson', () => {
  const lesson = lessonOf(SCENARIO, [1, 2], { worth });

  test('has a target and a weight for each row of features, of pairs that deserve a penalty and of others', () => {
    const rows = lesson.target.length;
    expect(rows).toBeGreaterThan(200);
    expect(lesson.features).toHaveLength(rows * FEATURES);
    expect(lesson.weight.every((weight) => weight > 0)).toBe(true);
    for (const isSo of [(target: number) => target > 0, (target: number) => target < 0])
      expect(lesson.target.filter(isSo).length).toBeGreaterThan(rows / 20);
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
    for (const [k, { weightMicro, worthMicro, gpuHours }] of seen.entries()) {
      const qualityMicro = (target[k]! / 65_535) * most * gpuHours;
      expect(Math.abs(weightMicro - qualityMicro - worthMicro)).toBeLessThan(1e-6 * (1 + weightMicro));
    }
    expect(seen).toHaveLength(target.length);
  });

  test('a dearer hour raises every target by as much', () => {
    const played = lessonOf(SCENARIO, [1, 2], { worth: expectedWorth(SHADOW_PRICE + 100_000) });
    const { features, target, weight } = dearer(lesson, SCENARIO, 100_000);
    expect({ features, weight }).toEqual({ features: played.features, weight: played.weight });
    target.forEach((one, k) => {
      expect(one).toBeCloseTo(played.target[k]!, 6);
      expect(one).toBeGreaterThan(lesson.target[k]!);
    });
  });

  test('is of the pairs that its player is led to', () => {
    const refusing = { ...emptyNetwork(8, 0), b3: 65_535 }; // starts hardly anything: workloads pile up
    const led = lessonOf(SCENARIO, [1, 2], { worth, player: refusing });
    expect(led.target.length).toBeGreaterThan(1.5 * lesson.target.length);
    const same = lessonOf(SCENARIO, [1, 2], { worth, player: emptyNetwork(8, 0) });
    expect(same).toEqual(lesson); // the network of zeros is price alone
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
