import { describe, expect, test } from 'vitest';
import type { Entry } from '../domain/types.ts';
import { checkCertificate } from './certificate.ts';
import { certifiedRound, certifiedRoundOfClasses, fullRoundOfClasses } from './certified.ts';
import { NodeClasses } from './NodeClasses.ts';
import { referenceMatcher } from './reference.ts';
import {
  classedRound,
  classesOf,
  type Network,
  pairRound,
  randomNetwork,
  randomRecord,
  randomSpec,
} from './testing/networks.ts';
import { integers } from './testing/rounds.ts';

const NETWORKS = Array.from({ length: 1_500 }, (_, seed) =>
  randomNetwork(seed, 1 + (seed % 9), 1 + ((seed >> 2) % 23)),
);

describe('a round by classes', () => {
  test('is empty where there is nothing to match', () => {
    for (const [workloads, nodes] of [
      [0, 0],
      [3, 0],
      [0, 3],
    ] as const) {
      expect(certifiedRoundOfClasses(classedRound(randomNetwork(1, workloads, nodes)))).toEqual([]);
    }
  });

  test('has the same entries as pair by pair, and as the reference', () => {
    let entries = 0;
    for (const network of NETWORKS) {
      const byClasses = certifiedRoundOfClasses(classedRound(network));
      expect(byClasses).toEqual(certifiedRound(pairRound(network)));
      expect(byClasses).toEqual(referenceMatcher.match(pairRound(network)));
      entries += byClasses.length;
    }
    expect(entries).toBeGreaterThan(2_000);
  });

  test('has them too where every node is a class of its own, and most classes are pruned', () => {
    for (let seed = 0; seed < 200; seed++) {
      const network = randomNetwork(seed, 1 + (seed % 3), 40);
      const nodes = network.nodes.map(({ id, record }, i) => ({
        id,
        record: { ...record, trustBps: 9_000 + i },
      }));
      const each = { ...network, nodes };
      const round = classedRound(each);
      expect(new Set(round.groups.map(({ ids }) => ids.length))).toEqual(new Set([1]));
      expect(certifiedRoundOfClasses(round)).toEqual(certifiedRound(pairRound(each)));
    }
  });

  test('invariant 11: does not depend on the order of nodes and workloads', () => {
    for (const network of NETWORKS.slice(0, 300)) {
      const { nodes, workloads } = network;
      const turned = { ...network, nodes: nodes.toReversed(), workloads: workloads.toReversed() };
      expect(certifiedRoundOfClasses(classedRound(turned))).toEqual(
        certifiedRoundOfClasses(classedRound(network)),
      );
    }
  });

  test('gives the lowest ids, at cost, where a thousand equal workloads meet equal nodes', () => {
    const next = integers(1);
    const record = { ...randomRecord(next), ...FRESH, gpus: 3, freeGpus: 3, trustBps: 9_000 };
    const spec = {
      ...randomSpec(next),
      gpus: 1,
      memoryCode: 100,
      classMask: 0,
      minTrustBps: 0,
      leaseSec: 100,
    };
    const network: Network = {
      ...randomNetwork(1, 0, 0),
      nodes: Array.from({ length: 20_000 }, (_, i) => ({ id: i + 1, record })),
      workloads: Array.from({ length: 1_000 }, (_, i) => ({ id: i + 1, spec, budgetMicro: 1e9 })),
    };
    const entries = certifiedRoundOfClasses(classedRound(network));
    expect(entries.map(({ workload, node, vMicro, next: by }) => [workload, node, vMicro, by])).toEqual(
      network.workloads.map(({ id }) => [id, id, 0, 1_001]),
    );
  });
});

const FRESH = { active: true, flagged: false, excluded: false, freshUntilRound: 2 ** 32 - 1 } as const;

describe('pruning', () => {
  /** The round with only the first `count` nodes of each workload, by (weight descending, id). */
  const firstOf = (network: Network, count: number) => {
    const instance = pairRound(network);
    const kept = instance.workloads.map((_, w) => {
      const weights = instance.nodes.flatMap((__, c) => {
        const pair = instance.pair(w, c);
        return pair === null ? [] : [{ c, weightMicro: pair.weightMicro }];
      });
      weights.sort((a, b) => b.weightMicro - a.weightMicro || a.c - b.c);
      return new Set(weights.slice(0, count).map(({ c }) => c));
    });
    return certifiedRound({
      ...instance,
      pair: (w, c) => (kept[w]!.has(c) ? instance.pair(w, c) : null),
    });
  };

  test('to the first m + 1 nodes of m workloads loses nothing', () => {
    for (const network of NETWORKS) {
      expect(firstOf(network, network.workloads.length + 1)).toEqual(certifiedRound(pairRound(network)));
    }
  });

  test('to the first m gives the same assignment at wrong prices', () => {
    let wrong = 0;
    for (const network of NETWORKS) {
      const right = certifiedRound(pairRound(network));
      const pruned = firstOf(network, network.workloads.length);
      const pairs = (entries: readonly Entry[]) => entries.map(({ workload, node }) => [workload, node]);
      expect(pairs(pruned)).toEqual(pairs(right));
      if (pruned.some(({ priceMicro }, i) => priceMicro !== right[i]!.priceMicro)) wrong++;
    }
    expect(wrong).toBeGreaterThan(50);
  });
});

describe('classes kept from round to round', () => {
  test('are those of the round alone, whatever has changed', () => {
    const next = integers(5);
    for (let seed = 0; seed < 40; seed++) {
      let network = randomNetwork(seed, 6, 120);
      const kept = new NodeClasses();
      for (let step = 0; step < 12; step++) {
        network = changed(network, next, step === 6 ? 60 : next(8));
        kept.update(network.round, network.nodes);
        expect(sorted(kept)).toEqual(sorted(classesOf(network)));
        expect(certifiedRoundOfClasses(classedRound(network, kept))).toEqual(
          certifiedRoundOfClasses(classedRound(network)),
        );
      }
    }
  });

  const sorted = ({ list }: NodeClasses) =>
    list
      .map(({ ids, asks, record: { gpus, freeGpus, trustBps } }) => ({ ids, asks, gpus, freeGpus, trustBps }))
      .sort((a, b) => a.ids[0]! - b.ids[0]!);

  /** A round or none later, records are written, nodes come and go. */
  function changed(network: Network, next: (below: number) => number, changes: number): Network {
    const nodes = [...network.nodes];
    for (let i = 0; i < changes; i++) {
      const at = next(nodes.length);
      const { id, record } = nodes[at]!;
      if (next(10) === 0) nodes.splice(at, 1);
      else if (next(3) === 0) nodes[at] = { id, record: { ...record } };
      else nodes[at] = { id, record: randomRecord(next) };
      if (next(10) === 0) nodes.push({ id: 1_000 + next(1_000_000), record: randomRecord(next) });
    }
    const unique = new Map(nodes.map((node) => [node.id, node]));
    return { ...network, round: network.round + next(2), nodes: [...unique.values()] };
  }
});

describe('a certificate checked by classes', () => {
  test('passes for the round of the matcher', () => {
    for (const network of NETWORKS) {
      const round = classedRound(network);
      expect(checkCertificate(round, certifiedRoundOfClasses(round))).toEqual([]);
    }
  });

  test('is refused for the same reasons as pair by pair', () => {
    const next = integers(11);
    const kinds = new Map<string, number>();
    for (const network of NETWORKS) {
      const round = classedRound(network);
      const entries = wrong(certifiedRoundOfClasses(round), network, next);
      const violations = checkCertificate(round, entries);
      expect(violations).toEqual(checkCertificate(pairRound(network), entries));
      for (const { kind } of violations) kinds.set(kind, 1 + (kinds.get(kind) ?? 0));
    }
    for (const kind of ['order', 'nodeTwice', 'unknown', 'infeasible', 'E1', 'E2', 'price', 'E4']) {
      expect(kinds.get(kind), kind).toBeGreaterThan(5);
    }
  });

  /** One thing or another is not as it should be. */
  function wrong(right: readonly Entry[], network: Network, next: (below: number) => number): Entry[] {
    const entries = [...right];
    const at = next(entries.length + 1);
    const one = entries[at];
    if (one === undefined) return entries.slice(1);
    const anyNode = () => (next(8) === 0 ? 4 : (network.nodes[next(network.nodes.length)]!.id as number));
    const change = [
      { uMicro: one.uMicro + 1, vMicro: one.vMicro - 1 },
      { uMicro: one.uMicro - 1 - next(200), vMicro: one.vMicro + 1 },
      { uMicro: one.uMicro + one.vMicro + 50, vMicro: -50 },
      { priceMicro: one.priceMicro + 1 },
      { node: anyNode() },
      { next: anyNode() },
      { rank: next(3) },
      { workload: next(8) === 0 ? 1 : network.workloads[next(network.workloads.length)]!.id },
    ][next(9)];
    if (change === undefined) entries.splice(at, 1);
    else entries[at] = { ...one, ...change } as Entry;
    return entries;
  }
});

describe('a round that may be full', () => {
  test('covers all workloads where they have no more entries than that', () => {
    for (const network of NETWORKS.slice(0, 300)) {
      const entries = certifiedRoundOfClasses(classedRound(network));
      const { length } = network.workloads;
      const { count, entries: all } = fullRoundOfClasses(classedRound(network), entries.length + 1);
      expect([count, all]).toEqual([length, entries]);
    }
  });

  test('else covers as few of the first as fill it', () => {
    let cut = 0;
    for (const network of NETWORKS) {
      const full = 1 + (network.workloads.length >> 1);
      const { count, entries } = fullRoundOfClasses(classedRound(network), full);
      const first = { ...network, workloads: network.workloads.slice(0, count) };
      expect(entries).toEqual(certifiedRoundOfClasses(classedRound(first)));
      if (count === network.workloads.length) continue;
      expect(entries.length).toBeGreaterThanOrEqual(full);
      cut++;
    }
    expect(cut).toBeGreaterThan(30);
  });
});
