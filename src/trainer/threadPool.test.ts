import { describe, expect, test } from 'vitest';
import type { Checkpoint, EnvironmentState } from '../training/Checkpoint.ts';
import { type PpoOptions, type TrainingResult, type TrainingTools, train } from '../training/ppo.ts';
import { MARKET } from '../training/testing/market.ts';
import { updateOnBatch } from '../training/updateOnBatch.ts';
import type { OpenPool } from '../training/WorkerPool.ts';
import { threadPool } from './threadPool.ts';

const SHORT: Partial<PpoOptions> = {
  seed: 3,
  updates: 4,
  environments: 5,
  steps: 120,
  minibatch: 300, // two chunks, one of them short
  epochs: 2,
  checkpointEvery: 2,
  validationSeeds: [1],
};

const trained = (tools: TrainingTools, options: Partial<PpoOptions> = {}) =>
  train(MARKET, { ...SHORT, ...options }, undefined, tools);

const bitsOf = ({ network, history }: TrainingResult) => JSON.stringify([network, history]);

describe('any number of workers gives the same bits', () => {
  test('1, 2, 3 and more than there are environments', async () => {
    const inline = bitsOf(await trained({}));
    for (const workers of [1, 2, 3, 6]) {
      expect(bitsOf(await trained({ openPool: threadPool(workers) }))).toBe(inline);
    }
  });

  test('also without rounding, and with features masked', async () => {
    for (const options of [{ fakeQuantise: false }, { maskedFeatures: [4, 19, 20, 21, 22] }]) {
      const inline = bitsOf(await trained({}, options));
      expect(bitsOf(await trained({ openPool: threadPool(2) }, options))).toBe(inline);
      expect(inline).not.toBe(bitsOf(await trained({})));
    }
  });
});

test('a masked feature has no weight in what is deployed', async () => {
  const { network } = await trained({}, { maskedFeatures: [4, 19] });
  const { hidden, w1 } = network;
  const weights = (feature: number) => [...w1.subarray(feature * hidden, (feature + 1) * hidden)];
  for (const feature of [4, 19]) expect(weights(feature).every((w) => w === 0)).toBe(true);
  expect(weights(9).some((w) => w !== 0)).toBe(true);
});

test('the clock tells acting from learning', async () => {
  let ticks = 0;
  const { history } = await trained({ clock: () => ticks++ });
  for (const metrics of history) expect(metrics).toMatchObject({ environmentSec: 1, learnerSec: 1 });
});

test('the update alone can be timed, on any number of workers', async () => {
  let seconds = 0;
  const clock = () => seconds++;
  const batch = { decisions: 600, candidates: 13, minibatch: 300, epochs: 1, updates: 2 };
  for (const tools of [{ clock }, { clock, openPool: threadPool(2) }]) {
    expect(await updateOnBatch(batch, tools)).toEqual({ decisions: 600, secondsPerUpdate: [1, 1] });
  }
});

describe('a training that goes on', () => {
  async function checkpointsOf(options: Partial<PpoOptions> = {}) {
    const kept: Checkpoint[] = [];
    const whole = await trained(
      { save: (checkpoint) => void kept.push(structuredClone(checkpoint)) },
      options,
    );
    return { kept, whole };
  }

  test('from a checkpoint ends as the one that was not interrupted, whoever works', async () => {
    const { kept, whole } = await checkpointsOf();
    expect(kept.map(({ update }) => update)).toEqual([2, 4]);
    for (const openPool of [threadPool(1), threadPool(2)]) {
      expect(bitsOf(await trained({ openPool, resume: kept[0]! }))).toBe(bitsOf(whole));
    }
    expect(bitsOf(await trained({ resume: kept[1]! }))).toBe(bitsOf(whole));
  });

  test('from where it was stopped, between two checkpoints, too', async () => {
    const { whole } = await checkpointsOf();
    const stop = new AbortController();
    const kept: Checkpoint[] = [];
    const save = (checkpoint: Checkpoint) => void kept.push(structuredClone(checkpoint));
    const options = { ...SHORT, signal: stop.signal };
    const onProgress = (update: number) => {
      if (update === 3) stop.abort(new Error('enough'));
    };
    const stopped = train(MARKET, options, onProgress, { save });
    await expect(stopped).rejects.toThrow('enough');
    expect(kept.map(({ update }) => update)).toEqual([2, 3]);
    expect(bitsOf(await trained({ resume: kept[1]! }))).toBe(bitsOf(whole));
  });

  test('fails with its reason where a thread does', async () => {
    let failure: unknown;
    const { open } = threadPool(2);
    const openPool: OpenPool = {
      workers: 2,
      async open(setup) {
        const pool = await open(setup);
        const [[[, first]]] = (await pool.run({ kind: 'save' })) as [[[number, EnvironmentState]]];
        // Environment 0 is this thread's; what the other is to restore is missing.
        const task = { kind: 'restore', environments: [first] } as const;
        failure = await pool.run(task).catch((error: unknown) => error);
        return pool;
      },
    };
    await trained({ openPool }, { environments: 2, updates: 1 });
    expect(failure).toMatchObject({
      code: 'THREAD_FAILED',
      message: expect.stringMatching(/undefined/),
    });
  });

  test('refuses a checkpoint of another shape, scenario or option, naming what differs', async () => {
    const { kept } = await checkpointsOf({ updates: 2 });
    const resume = kept[0]!;
    await expect(trained({ resume }, { updates: 2, hidden: 16 })).rejects.toThrow(
      'hidden is 32 in the checkpoint and 16 here',
    );
    await expect(trained({ resume })).rejects.toThrow('updates is 2 in the checkpoint and 4 here');
    const other = { ...MARKET, roundSec: MARKET.roundSec + 1 };
    await expect(train(other, { ...SHORT, updates: 2 }, undefined, { resume })).rejects.toThrow(
      'scenario is',
    );
  });
});

describe('a training that diverges', () => {
  /** A market whose rewards are no numbers from when it is told so. */
  function breakable() {
    let isBroken = false;
    const welfare = Object.defineProperty({ ...MARKET.welfare }, 'transferMicroPerGpuHour', {
      enumerable: true,
      get: () => (isBroken ? Number.NaN : MARKET.welfare.transferMicroPerGpuHour),
    });
    const breakNow = () => {
      isBroken = true;
    };
    return { scenario: { ...MARKET, welfare }, breakNow };
  }

  test('stops at once, with the update, and keeps the last good checkpoint', async () => {
    const { scenario, breakNow } = breakable();
    const kept: Checkpoint[] = [];
    const save = (checkpoint: Checkpoint) => void kept.push(structuredClone(checkpoint));
    const options = { ...SHORT, checkpointEvery: 1 };
    const onProgress = (update: number) => {
      if (update === 2) breakNow();
    };
    const training = train(scenario, options, onProgress, { save });
    await expect(training).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: 'update 3: the mean reward is NaN',
    });
    expect(kept.map(({ update }) => update)).toEqual([1, 2]);
    for (const parameters of [kept[1]!.actor, kept[1]!.critic])
      expect(parameters.every(Number.isFinite)).toBe(true);
  });

  test('also where losses explode', async () => {
    const scenario = { ...MARKET, moneyUnitMicro: 1e-3 };
    await expect(train(scenario, SHORT)).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringMatching(/^update 1: the (value loss|norm)/),
    });
  });
});
