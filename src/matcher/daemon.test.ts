import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../chain/clock.ts';
import { type RpcProxy, startRpcProxy } from '../chain/testing/rpcProxy.ts';
import { AICChainError } from '../domain/errors.ts';
import { Daemon, type Duty, Halted, NetworkView } from './index.ts';
import { type Market, startMarket } from './testing/market.ts';

let market: Market;
let proxy: RpcProxy;
let view: NetworkView;
beforeEach(async () => {
  market = await startMarket([]);
  proxy = await startRpcProxy(market.chain.rpcUrl);
  view = await NetworkView.open(market.through(proxy.rpcUrl, 'client'));
});
afterEach(async () => {
  await proxy.stop();
  await market.stop();
});

/** Counts how often it was done. */
function duty(look: () => void = () => {}): Duty & { looks: number } {
  return {
    looks: 0,
    async look() {
      this.looks++;
      look();
      return true;
    },
  };
}
const daemon = (...duties: Duty[]) => new Daemon(view, duties, market.say);
const refusal = (code: string, retryable: boolean) => () => {
  throw new AICChainError(code, `it is ${code}`, { hint: 'Do this.', retryable });
};

describe('a daemon that runs', () => {
  it('says once what is wrong and what to do, and when it is over', async () => {
    const counted = duty();
    const one = daemon(counted);
    const running = one.run();
    await until('a look', async () => counted.looks > 0);
    let refused = 0;
    proxy.meddle = async () => {
      refused++;
      throw new Error('over capacity');
    };
    await until('some more', async () => refused > 4);
    expect(market.said).toEqual([expect.stringContaining('over capacity')]);
    proxy.meddle = undefined;
    await until('the end of it', async () => market.said.length > 1);
    expect(market.said.slice(1)).toEqual(['goes on']);
    await one.stop();
    await running;
  });

  it('does its other duties where one fails', async () => {
    const other = duty();
    const one = daemon(duty(refusal('Broken', false)), other);
    const running = one.run();
    await until('some looks', async () => other.looks > 2);
    await one.stop();
    await running;
    expect(market.said).toEqual(['it is Broken. Do this.']);
  });

  it('ends where it must not go on by itself', async () => {
    const halting = duty(() => {
      throw new Halted('LOGS_DIFFER', 'one of them lies');
    });
    await expect(daemon(halting).run()).rejects.toMatchObject({ code: 'LOGS_DIFFER' });
  });

  it('ends when it is told to, after what was under way', async () => {
    let isDone = false;
    const slow: Duty = {
      async look() {
        await new Promise((resolve) => setTimeout(resolve, 200));
        isDone = true;
        return true;
      },
    };
    const one = daemon(slow);
    const running = one.run();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await one.stop();
    expect(isDone).toBe(true);
    await running;
  });
});

describe('a daemon that runs once', () => {
  it('tries again what waiting may mend', async () => {
    let left = 2;
    const stumbling = duty(() => {
      if (left-- > 0) refusal('Late', true)();
    });
    await daemon(stumbling).runOnce();
    expect(stumbling.looks).toBe(3);
  });

  it('rejects with what waiting does not mend', async () => {
    await expect(daemon(duty(refusal('Broken', false))).runOnce()).rejects.toMatchObject({ code: 'Broken' });
  });
});
