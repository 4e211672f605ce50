import { describe, expect, test } from 'vitest';
import { codeCeil, codeFloor } from '../../domain/codes.ts';
import { NodeId, Round, WorkloadId } from '../../domain/ids.ts';
import type { NodeRecord, WorkloadSpec } from '../../domain/types.ts';
import type { DescribedPair, DescribedRound, Matcher } from '../Matcher.ts';
import { recordOf, specOf } from '../testing/rounds.ts';
import {
  bestFitMatcher,
  dotProductMatcher,
  durationGreedyMatcher,
  energyGreedyMatcher,
  fgdMatcher,
  firstFitMatcher,
  fragmentation,
  LINEAR_FACTS,
  latencyGreedyMatcher,
  linearScoreMatcher,
  oracleMatcher,
  packingMatcher,
  priceGreedyMatcher,
  randomMatcher,
  referenceProgramMatcher,
  weightGreedyMatcher,
  worstFitMatcher,
} from './index.ts';

type Said = Partial<DescribedPair> | null;

/** Workloads 1, 2, … and nodes 1, 2, …; a pair weighs 100, costs 10 and lasts 60 s, but for what is said. */
function roundOf(
  workloads: readonly Partial<WorkloadSpec>[],
  nodes: readonly Partial<NodeRecord>[],
  said: (w: number, c: number) => Said = () => ({}),
): DescribedRound {
  return {
    round: Round(9),
    workloads: workloads.map((spec, w) => ({
      id: WorkloadId(w + 1),
      spec: specOf(spec),
      budgetMicro: 200,
    })),
    nodes: nodes.map((record, c) => ({ id: NodeId(c + 1), record: recordOf(record) })),
    pair(w, c) {
      const pair = said(w, c);
      return pair && { weightMicro: 100, costMicro: 10, durationSec: 60, ...pair };
    },
  };
}

/** [workload, node] of each entry. */
const chosen = (matcher: Matcher<DescribedRound>, round: DescribedRound) =>
  matcher.match(round).map(({ workload, node }) => [workload, node]);

const costs =
  (...micro: number[]) =>
  (_w: number, c: number) => ({ costMicro: micro[c]! });

describe('the queue', () => {
  test('serves by id, and who comes later takes what is left', () => {
    const round = roundOf([{}, {}, {}], [{}, {}], costs(20, 10));
    expect(chosen(priceGreedyMatcher, round)).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  test('passes over a workload that no free node can take', () => {
    const round = roundOf([{}, {}, {}], [{}, {}], (w, c) => (w === 1 || c === 1 ? null : {}));
    expect(chosen(firstFitMatcher, round)).toEqual([[1, 1]]);
  });

  test('price-greedy pays the cost, and leaves the weight to the workload', () => {
    expect(priceGreedyMatcher.match(roundOf([{}], [{}, {}], costs(20, 10)))).toEqual([
      { workload: 1, node: 2, uMicro: 100, vMicro: 0, priceMicro: 10, next: 0, rank: 0 },
    ]);
  });
});

describe('the contest', () => {
  test('weight-greedy serves the best pair first, whoever came first', () => {
    const weights = [
      [50, 40],
      [60, 10],
    ];
    const round = roundOf([{}, {}], [{}, {}], (w, c) => ({ weightMicro: weights[w]![c]! }));
    expect(chosen(weightGreedyMatcher, round)).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  test('ties go to the lowest workload, then to the lowest node', () => {
    expect(chosen(weightGreedyMatcher, roundOf([{}, {}], [{}]))).toEqual([[1, 1]]);
    expect(chosen(weightGreedyMatcher, roundOf([{}], [{}, {}]))).toEqual([[1, 1]]);
  });
});

describe('random', () => {
  const round = roundOf([{}], [{}, {}, {}, {}]);

  test('gives the same for a seed and a round, and something else in other rounds', () => {
    expect(chosen(randomMatcher(3), round)).toEqual(chosen(randomMatcher(3), round));
    const over100 = Array.from({ length: 100 }, (_, r) =>
      chosen(randomMatcher(3), { ...round, round: Round(r) }),
    );
    expect(new Set(over100.flat().map(([, node]) => node)).size).toBe(4);
  });

  test('over many seeds every node has its share', () => {
    const times = new Map<number, number>();
    for (let seed = 0; seed < 4_000; seed++) {
      const node = randomMatcher(seed).match(round)[0]!.node;
      times.set(node, (times.get(node) ?? 0) + 1);
    }
    // Six standard deviations of 4,000 draws of a quarter are 164.
    for (const count of times.values()) expect(Math.abs(count - 1_000)).toBeLessThan(165);
  });
});

describe('fits', () => {
  const nodes = [
    { gpus: 8, freeGpus: 6 },
    { gpus: 8, freeGpus: 8 },
    { gpus: 4, freeGpus: 3 },
    { gpus: 16, freeGpus: 4 },
  ];
  const two = roundOf([{ gpus: 2 }], nodes);

  test('first-fit takes the lowest id', () => {
    expect(chosen(firstFitMatcher, two)).toEqual([[1, 1]]);
  });

  test('best-fit leaves the fewest GPUs', () => {
    expect(chosen(bestFitMatcher, two)).toEqual([[1, 3]]);
  });

  test('worst-fit leaves the most GPUs', () => {
    expect(chosen(worstFitMatcher, two)).toEqual([[1, 2]]);
  });

  test('packing takes the node of which most is in use, 12 of 16', () => {
    expect(chosen(packingMatcher, two)).toEqual([[1, 4]]);
  });

  test('packing prefers an exact fit to a fuller node', () => {
    expect(chosen(packingMatcher, roundOf([{ gpus: 8 }], [{ gpus: 64, freeGpus: 9 }, nodes[1]!]))).toEqual([
      [1, 2],
    ]);
  });
});

describe('dot-product', () => {
  const lean = { gpus: 8, freeGpus: 8, memoryCode: codeFloor(8_192) };
  const rich = { gpus: 6, freeGpus: 6, memoryCode: codeFloor(81_920) };

  test('work that needs memory goes where memory is free', () => {
    const greedy = roundOf([{ gpus: 1, memoryCode: codeCeil(8_192) }], [lean, rich]);
    // GPUs 1/8 · 8/8 against 1/8 · 6/8; memory of 480 GiB at most: 8/480 · 64/480 against 8/480 · 480/480.
    expect(chosen(dotProductMatcher, greedy)).toEqual([[1, 1]]);
    const hungry = roundOf([{ gpus: 1, memoryCode: codeCeil(40_960) }], [lean, rich]);
    // 1/8 · 8/8 + 40/480 · 64/480 = 0.136 against 1/8 · 6/8 + 40/480 · 480/480 = 0.177.
    expect(chosen(dotProductMatcher, hungry)).toEqual([[1, 2]]);
  });
});

describe('fgd', () => {
  const of = (gpus: number, frequency: number, said = {}) => ({
    gpus,
    memoryCode: 130,
    classMask: 0,
    frequency,
    ...said,
  });

  test('fragmentation counts the free GPUs that each typical workload cannot use', () => {
    const typical = [of(1, 5), of(2, 3), of(4, 2)];
    expect(fragmentation(recordOf(), 4, typical)).toBe(0);
    expect(fragmentation(recordOf(), 3, typical)).toBe(2 * 3);
    expect(fragmentation(recordOf(), 1, typical)).toBe(3 * 1 + 2 * 1);
    expect(fragmentation(recordOf(), 0, typical)).toBe(0);
  });

  test('GPUs of the wrong class or with too little memory are fragments, however many', () => {
    expect(fragmentation(recordOf({ classId: 1 }), 4, [of(1, 5, { classMask: 0b1 })])).toBe(20);
    expect(fragmentation(recordOf({ memoryCode: 120 }), 4, [of(1, 5)])).toBe(20);
  });

  test('descends: 1 GPU goes where it strands nothing more', () => {
    const typical = [of(1, 5), of(2, 3), of(4, 2)];
    // 4 → 3 makes 6 fragments; 3 → 2 makes 2·2 of 2·3; 2 → 1 makes 5 of 4.
    const nodes = [{ freeGpus: 4 }, { freeGpus: 2 }, { freeGpus: 3 }];
    expect(chosen(fgdMatcher(typical), roundOf([{ gpus: 1 }], nodes))).toEqual([[1, 3]]);
  });

  test('ties go to the first node', () => {
    expect(chosen(fgdMatcher([of(1, 1)]), roundOf([{}], [{}, {}]))).toEqual([[1, 1]]);
  });

  test('without typical workloads, those that are open are typical', () => {
    const round = roundOf([{ gpus: 1 }, { gpus: 4 }], [{ freeGpus: 4 }, { freeGpus: 3 }]);
    // For itself nothing changes; for the other, 4 → 3 makes 3 fragments, 3 → 2 one less.
    expect(chosen(fgdMatcher(), round)[0]).toEqual([1, 2]);
  });
});

describe('greedy in one thing', () => {
  test('latency-greedy takes the nearest node, of equally near ones the faster', () => {
    const nodes = [{ latencyCode: 90 }, { latencyCode: 80 }, { latencyCode: 80 }];
    const round = roundOf([{}], nodes, (_w, c) => ({ durationSec: [10, 30, 20][c]! }));
    expect(chosen(latencyGreedyMatcher, round)).toEqual([[1, 3]]);
  });

  test('duration-greedy takes the node that is done first', () => {
    const round = roundOf([{}], [{}, {}, {}], (_w, c) => ({ durationSec: [10, 5, 20][c]! }));
    expect(chosen(durationGreedyMatcher, round)).toEqual([[1, 2]]);
  });

  test('energy-greedy counts watts × seconds, and those of green nodes as none', () => {
    const [frugal, hungry] = [{ wattsCode: codeCeil(100) }, { wattsCode: codeCeil(300) }];
    const lasts = (_w: number, c: number) => ({ durationSec: [100, 20, 500][c]! });
    expect(chosen(energyGreedyMatcher, roundOf([{}], [frugal, hungry], lasts))).toEqual([[1, 2]]);
    const withGreen = [frugal, hungry, { ...hungry, green: true }];
    expect(chosen(energyGreedyMatcher, roundOf([{}], withGreen, lasts))).toEqual([[1, 3]]);
  });
});

describe('reference-program', () => {
  const node1 = {
    gpus: 4,
    freeGpus: 4,
    latencyCode: codeCeil(10_000),
    bandwidthCode: codeFloor(100),
    wattsCode: codeCeil(125),
  };
  const node2 = {
    gpus: 2,
    freeGpus: 2,
    latencyCode: codeCeil(15_000),
    bandwidthCode: codeFloor(80),
    wattsCode: codeCeil(350),
  };

  test('its own workload goes to its node1, 14.85 against 14.58', () => {
    expect(chosen(referenceProgramMatcher, roundOf([{ gpus: 2, priority: 8_000 }], [node2, node1]))).toEqual([
      [1, 2],
    ]);
  });

  test('priority goes first', () => {
    const round = roundOf([{ priority: 1_000 }, { priority: 8_000 }], [node1]);
    expect(chosen(referenceProgramMatcher, round)).toEqual([[2, 1]]);
  });
});

describe('linear-score', () => {
  const only = (fact: (typeof LINEAR_FACTS)[number], weight: number) =>
    linearScoreMatcher(LINEAR_FACTS.map((name) => (name === fact ? weight : 0)));

  test('refuses weights that are too few or no numbers', () => {
    expect(() => linearScoreMatcher([1])).toThrow('takes 11 finite weights');
    expect(() => linearScoreMatcher(LINEAR_FACTS.map(() => Number.NaN))).toThrow('finite');
  });

  test('follows the one fact that has a weight', () => {
    const nodes = [{ trustBps: 9_000 }, { trustBps: 10_000, freeGpus: 2 }, { trustBps: 5_000, freeGpus: 1 }];
    const round = roundOf([{ gpus: 1 }], nodes, (_w, c) => ({ durationSec: [30, 20, 10][c]! }));
    expect(chosen(only('doubt', -1), round)).toEqual([[1, 2]]);
    expect(chosen(only('duration', -1), round)).toEqual([[1, 3]]);
    expect(chosen(only('left', 1), round)).toEqual([[1, 1]]);
    expect(chosen(only('exactFit', 1), round)).toEqual([[1, 3]]);
  });

  test('lets workloads compete', () => {
    expect(chosen(only('priority', 1), roundOf([{ priority: 10 }, { priority: 20 }], [{}]))).toEqual([
      [2, 1],
    ]);
  });
});

describe('oracle', () => {
  test('takes the assignment with the best expected welfare, whatever the weights say', () => {
    const welfare = [
      [10, 9],
      [8, 1],
    ];
    const oracle = oracleMatcher((workload, node) => welfare[workload - 1]![node - 1]!);
    expect(chosen(oracle, roundOf([{}, {}], [{}, {}], costs(1, 50)))).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  test('leaves apart what is expected to do harm', () => {
    expect(
      chosen(
        oracleMatcher(() => -1),
        roundOf([{}], [{}]),
      ),
    ).toEqual([]);
  });

  test('sees feasible pairs only', () => {
    expect(
      chosen(
        oracleMatcher(() => 5),
        roundOf([{}], [{}, {}], (_w, c) => (c === 0 ? null : {})),
      ),
    ).toEqual([[1, 2]]);
  });
});
