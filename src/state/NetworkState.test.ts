import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChainEvent } from '../domain/index.ts';
import { CLOCK, LogWriter } from '../testing/LogWriter.ts';
import { logOf, type Step, VERB_COUNT } from '../testing/randomLog.ts';
import { stateHash } from './encode.ts';
import { blocksOf, NetworkState } from './NetworkState.ts';

const steps = (minLength: number, maxLength: number) =>
  fc.array(fc.record({ verb: fc.nat(VERB_COUNT - 1), whom: fc.nat(63) }), {
    minLength,
    maxLength,
    size: 'max',
  });
const replayed = (events: readonly ChainEvent[]) => stateHash(NetworkState.replay(events, CLOCK));

/** Two nodes, two workloads, one match that runs. */
function smallLog(): LogWriter {
  const log = new LogWriter();
  log.register(1_000);
  log.register(2_000);
  log.submit(50_000);
  log.submit(60_000);
  log.advance();
  log.post([entry(1, 2, 700)]);
  log.advance();
  log.start(1);
  return log;
}

function entry(workload: number, node: number, priceMicro: number) {
  return { workload, node, uMicro: 0, vMicro: 0, priceMicro, next: 0, rank: 0 } as never;
}

describe('the fold refuses', () => {
  const log = smallLog();
  const blocks = [...blocksOf(log.events)];

  test('a block that is not after the last one', () => {
    const state = NetworkState.replay(log.events, CLOCK);
    expect(() => state.apply(blocks.at(-1)!)).toThrow(/block \d+ after block \d+/);
    expect(() => state.apply(blocks[0]!)).toThrow(/block 1 after/);
  });

  test('events of two blocks at once, and logs out of order', () => {
    expect(() => new NetworkState(CLOCK).apply([...blocks[0]!, ...blocks[1]!])).toThrow(
      /an event of block 2/,
    );
    expect(() => new NetworkState(CLOCK).apply([...blocks[0]!].reverse())).toThrow(
      /log \d+ after \d+ in block 1/,
    );
  });

  test('what the log never introduced, and then folds nothing of the block', () => {
    const state = NetworkState.replay(log.events, CLOCK);
    const before = stateHash(state);
    const place = {
      blockNumber: 1_000,
      blockHash: '0xff',
      timestamp: 5_000,
      transactionHash: '0xff',
    } as const;
    const stake = { name: 'StakeChanged', node: 1, stakeMicro: 5, ...place, logIndex: 0 } as const;
    const unknown = { name: 'EndpointChanged', node: 99, endpoint: 'x', ...place, logIndex: 1 } as const;
    expect(() => state.apply([stake, unknown])).toThrow('node 99 is not in the log');
    expect(stateHash(state)).toBe(before);
    expect(state.head).toMatchObject({ blockNumber: blocks.length });
  });

  test('to go back further than it keeps', () => {
    const state = new NetworkState(CLOCK, { keepBlocks: 2 });
    for (const block of blocks) state.apply(block);
    const before = stateHash(state);
    expect(() => state.revertTo(blocks.length - 3)).toThrow(/no longer kept/);
    expect(stateHash(state)).toBe(before);
    state.revertTo(blocks.length - 2);
    expect(stateHash(state)).toBe(replayed(blocks.slice(0, -2).flat()));
  });
});

describe('the fold', () => {
  test('keeps what a write binds from the next round on', () => {
    const log = new LogWriter();
    const node = log.register(1_000);
    log.advance(3);
    log.setRecord(node, { askMicroPerGpuHour: 5 });
    log.setRecord(node, { askMicroPerGpuHour: 7 });
    const askIn = (round: number) => log.state.recordAt(node, round)?.askMicroPerGpuHour;
    expect([0, 1, 2, 3, 4, 99].map(askIn)).toEqual([undefined, 1_000, 1_000, 1_000, 7, 7]);
    expect(log.state.nodesAt(0)).toEqual([]);
    expect(log.state.nodesAt(1).map(({ id }) => id)).toEqual([node]);
  });

  test('knows parameters and counters by round', () => {
    const log = smallLog();
    const { round, state } = log;
    log.setParameter('greenMicroPerKWh', 9);
    expect(state.parametersAt(round).greenMicroPerKWh).toBe(0);
    expect(state.parametersAt(round + 1).greenMicroPerKWh).toBe(9);
    expect(state.parametersAt(round)).toMatchObject({ fullRound: 256, startWindowRounds: 4 });
    expect(state.countersAt(0)).toEqual({ gpus: 0, freeGpus: 0, openWorkloads: 0, newestWorkload: 0 });
    expect(state.countersAt(1)).toEqual({ gpus: 8, freeGpus: 8, openWorkloads: 2, newestWorkload: 2 });
    expect(state.countersAt(2)).toEqual({ gpus: 8, freeGpus: 7, openWorkloads: 1, newestWorkload: 2 });
    expect(() => new NetworkState(CLOCK).parametersAt(1)).toThrow('no greenMicroPerKWh binds in round 1');
  });

  test('knows when a workload was open, and what the round makes of one that nobody started', () => {
    const log = smallLog();
    const { state } = log;
    expect([0, 1, 2, 5, 6].map((round) => state.isOpenAt(1, round))).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(state.statusIn(1, 50)).toBe('Running');
    expect(state.openWorkloadsAt(2).map(({ id }) => id)).toEqual([2]);
    expect([100, 101].map((round) => state.statusIn(2, round))).toEqual(['Open', 'Expired']);

    log.post([entry(2, 1, 700)]);
    const matched = log.round;
    expect([4, 5].map((rounds) => state.statusIn(2, matched + rounds))).toEqual(['Matched', 'NoShow']);
    expect([4, 5].map((rounds) => state.isOpenAt(2, matched + rounds))).toEqual([false, true]);
  });

  test('drops a vote on a policy that another replaces before it binds, and keeps one that binds already', () => {
    const log = new LogWriter();
    const [a, b, c] = [1, 2, 3].map((i) => log.registerPolicy(Uint8Array.of(i), '0x00', 8)) as [
      number,
      number,
      number,
    ];
    const idAt = (round: number) => log.state.policyAt(round)?.id ?? 0;
    log.activate(a, 5);
    log.advance(2);
    log.activate(b, 9);
    expect([4, 5, 8, 9].map(idAt)).toEqual([0, 0, 0, b]);
    log.activate(c, 4);
    expect([3, 4, 9].map(idAt)).toEqual([0, c, c]);
    log.advance(2);
    log.activate(0, 12);
    expect([4, 11, 12].map(idAt)).toEqual([c, c, 0]);
  });

  test('follows a workload to its end', () => {
    const log = smallLog();
    expect(log.workload(1)).toMatchObject({
      status: 'Running',
      node: 2,
      priceMicro: 700,
      matchedRound: 1,
      matches: 1,
    });
    log.advanceSec(7);
    log.end(1, 'Completed', 'Completed');
    const { startedAt, endedAt } = log.workload(1);
    expect(endedAt - startedAt).toBe(7);
    log.settle(1, 700);
    expect(log.workload(1)).toMatchObject({ status: 'Settled', split: { nodeMicro: 700 } });
  });
});

describe('invariant 12', () => {
  test('replaying the log gives the same state hash', () => {
    const told = new Set<string>();
    fc.assert(
      fc.property(steps(30, 120), (life) => {
        const log = logOf(life);
        expect(replayed(log.events)).toBe(stateHash(log.state));
        for (const { name } of log.events) told.add(name);
      }),
      { seed: 12, numRuns: 60 },
    );
    // The lives are eventful enough to mean something.
    expect([...told]).toEqual(
      expect.arrayContaining(['WorkloadStarted', 'WorkloadReopened', 'WorkloadClosed']),
    );
    expect([...told]).toEqual(expect.arrayContaining(['RoundPosted', 'AuditClosed', 'PolicyActivated']));
  });

  test('un-folding any number of blocks gives the state before them', () => {
    fc.assert(
      fc.property(steps(0, 60), fc.nat(), (life, cut) => {
        const blocks = [...blocksOf(logOf(life).events)];
        const state = NetworkState.replay(blocks.flat(), CLOCK);
        const kept = cut % (blocks.length + 1);
        state.revertTo(kept);
        expect(stateHash(state)).toBe(replayed(blocks.slice(0, kept).flat()));
        for (const block of blocks.slice(kept)) state.apply(block);
        expect(stateHash(state)).toBe(replayed(blocks.flat()));
      }),
      { seed: 13, numRuns: 60 },
    );
  });

  test('reorganisations, one upon the other, leave no trace', () => {
    const reorganisation = fc.record({ depth: fc.nat(12), life: steps(0, 12) });
    fc.assert(
      fc.property(steps(10, 40), fc.array(reorganisation, { maxLength: 5 }), (life, reorganisations) => {
        let canonical: readonly Step[] = life;
        let blocks = [...blocksOf(logOf(canonical).events)];
        const state = NetworkState.replay(blocks.flat(), CLOCK);
        for (const { depth, life: branch } of reorganisations) {
          canonical = [...canonical.slice(0, Math.max(0, canonical.length - depth)), ...branch];
          const next = [...blocksOf(logOf(canonical).events)];
          const shared = next.findIndex((block, i) => !sameBlock(block, blocks[i]));
          const kept = shared === -1 ? next.length : shared;
          state.revertTo(kept);
          for (const block of next.slice(kept)) state.apply(block);
          blocks = next;
        }
        expect(stateHash(state)).toBe(replayed(blocks.flat()));
      }),
      { seed: 14, numRuns: 60 },
    );
  });
});

function sameBlock(a: readonly ChainEvent[], b: readonly ChainEvent[] | undefined): boolean {
  const text = (block: readonly ChainEvent[] | undefined) =>
    JSON.stringify(block, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
  return text(a) === text(b);
}
