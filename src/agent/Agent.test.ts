import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { COPY, type ConfigChange, job, Node, specHash, TEXT, until } from './agent.fixture.ts';

let node: Node;
afterEach(() => node.stop());

async function started(change: ConfigChange = {}): Promise<void> {
  node = new Node();
  await node.start(change);
}

const begun = (event: string) => until(event, () => node.events.some((e) => e.startsWith(event)));
/** What was said of workloads on chain. */
const said = () => node.chain.log.filter((line) => !/^(heartbeat|report)/.test(line));

describe('an ending that is no success is told by its reason', () => {
  test.each([
    ['an exit code', 'exit 3', 'fail 1 ClientFault 0', 'Exited: exit code 3'],
    ['a missing output', 'true', 'fail 1 ClientFault 0', 'OutputMissing: no output copy.txt'],
    ['a crash', 'kill -9 $$', 'fail 1 NodeFault 0', 'Crashed: ended by signal 9'],
    [
      'its own progress',
      `echo '{"progress": 0.25}'; exit 1`,
      'fail 1 ClientFault 2500',
      'Exited: exit code 1',
    ],
  ])('%s', async (_, script, line, detail) => {
    await started();
    const spec = job(script);
    node.chain.match(1, specHash(spec));
    await node.deliver(1, spec);
    await begun('closed 1');
    expect(said()).toEqual(['start 1', line]);
    const { outcome } = await node.client().status(1);
    expect(outcome?.detail).toContain(detail);
    expect(JSON.parse((await node.client().download(outcome!.digest)).toString()).detail).toContain(detail);
  });

  test('more GPUs than are paid for', async () => {
    await started();
    const spec = job('true', { gpus: 3 });
    node.chain.match(1, specHash(spec));
    await node.deliver(1, spec);
    await begun('closed 1');
    expect(said()).toEqual(['start 1', 'fail 1 ClientFault 0']);
  });

  test('a spec or input that never comes: started in the last round and failed, which a no-show would cost more', async () => {
    await started();
    node.chain.match(1, specHash(COPY));
    await begun('matched 1');
    node.chain.advance(30);
    await node.client().handOver(1, COPY);
    expect(said()).toEqual([]);
    node.chain.advance(10);
    await begun('closed 1');
    expect(said()).toEqual(['start 1', 'fail 1 ClientFault 0']);
  });

  test('the owed time is over: stopped, and paid for the work it declared', async () => {
    await started();
    const spec = job(`echo '{"progress": 0.5}'; sleep 60`);
    node.chain.match(1, specHash(spec), { owedSec: 20 });
    await node.deliver(1, spec);
    await begun('started 1');
    await until('progress', async () => (await node.client().status(1)).metrics.progress === 0.5);
    node.chain.advance(19);
    node.chain.advance(1);
    await begun('closed 1');
    expect(said()).toEqual(['start 1', 'timeOut 1 5000']);
  });
});

describe('nothing is said of', () => {
  test('a workload that was cancelled before it started', async () => {
    await started();
    node.chain.match(1, specHash(COPY));
    await begun('matched 1');
    node.chain.set(1, { status: 'Refunded', reason: 'CancelledByClient' });
    await begun('withdrawn 1');
    expect(said()).toEqual([]);
  });

  test('a workload that was cancelled while it ran; it is stopped', async () => {
    await started();
    const spec = job('sleep 60');
    node.chain.match(1, specHash(spec));
    await node.deliver(1, spec);
    await begun('started 1');
    node.chain.set(1, { status: 'Cancelled', reason: 'CancelledByClient' });
    await begun('withdrawn 1');
    expect(said()).toEqual(['start 1']);
    expect((await node.client().status(1)).outcome).toBeUndefined();
  });

  test('a match whose start window has passed', async () => {
    await started();
    node.chain.match(1, specHash(COPY), { lastStartRound: 9, matchedRound: 5 });
    await begun('withdrawn 1');
    expect(said()).toEqual([]);
  });
});

test('a node keeps fresh, also when the clock jumps, and reports once an epoch, while reports are taken', async () => {
  await started();
  await begun('reported 1');
  expect(node.chain.log).toEqual([]); // round 10 is the fifth of six: too late for epoch 1
  node.chain.advance(40);
  await begun('heartbeat 14');
  await begun('reported 2');
  node.chain.advance(500);
  await begun('heartbeat 64');
  node.chain.advance(20);
  await begun('reported 11');
  expect(node.chain.log).toEqual(['heartbeat 14', 'report 2', 'heartbeat 64', 'report 11']);
});

test('an upload that does not fit is refused as such, while it is still being sent', async () => {
  await started({ storeQuotaMB: 1 });
  node.chain.match(1, specHash(COPY));
  await expect(node.client().uploadBytes(Buffer.alloc(8_000_000))).rejects.toMatchObject({
    code: 'STORE_FULL',
    message: expect.stringContaining('full'),
  });
});

test('two workloads at a time get GPUs of their own', async () => {
  await started();
  const spec = job('echo "gpus $AICCHAIN_GPUS"; sleep 0.3; touch "$AICCHAIN_OUTPUT_DIR/copy.txt"', {
    gpus: 2,
  });
  node.chain.match(1, specHash(spec));
  node.chain.match(2, specHash(spec));
  await node.deliver(1, spec);
  await begun('closed 1');
  await begun('closed 2');
  const logs = await Promise.all(
    [1, 2].map(async (id) => {
      let log = '';
      for await (const text of node.client().logs(id)) log += text;
      return /gpus (.*)/.exec(log)?.[1];
    }),
  );
  expect(logs.sort()).toEqual(['0,1', '2,3']);
});

test('a workload that failed here may be matched here again', async () => {
  await started();
  const spec = job('test -e /tmp/never || kill -9 $$');
  node.chain.match(1, specHash(spec));
  await node.deliver(1, spec);
  await begun('closed 1 Open');
  node.chain.advance(10);
  node.events.length = 0;
  node.chain.match(1, specHash(spec));
  await begun('closed 1 Open');
  expect(said()).toEqual(['start 1', 'fail 1 NodeFault 0', 'start 1', 'fail 1 NodeFault 0']);
});

describe('a reorganisation of the chain costs neither the work nor the pay', () => {
  test('of the completion: it is said again', async () => {
    await started();
    node.chain.match(1, specHash(COPY));
    await node.deliver(1, COPY);
    await begun('closed 1 Completed');
    node.chain.set(1, { status: 'Running', reason: 'None' });
    await until('the second word', () => said().length === 3);
    expect(said()).toEqual(['start 1', 'complete 1', 'complete 1']);
    expect((await node.client().status(1)).state).toBe('Completed');
  });

  test('of the start, while the job runs: both are said', async () => {
    await started();
    const spec = job('sleep 0.5; touch "$AICCHAIN_OUTPUT_DIR/copy.txt"');
    node.chain.match(1, specHash(spec));
    await node.deliver(1, spec);
    await begun('started 1');
    node.chain.set(1, { status: 'Matched' });
    await begun('closed 1 Completed');
    expect(said()).toEqual(['start 1', 'start 1', 'complete 1']);
  });

  test('what was over otherwise stays over', async () => {
    await started();
    node.chain.match(1, specHash(COPY));
    await begun('matched 1');
    node.chain.set(1, { status: 'Cancelled' });
    await begun('withdrawn 1');
    node.chain.set(1, { status: 'Running', startedAt: 100 });
    await begun('reported');
    expect(said()).toEqual([]);
  });
});

test('a node that cannot be kept fresh still ends what it has begun, and says its trouble once', async () => {
  await started();
  node.chain.heartbeat = async () => {
    throw new Error('no gas left');
  };
  node.chain.advance(200);
  await begun('problem no gas left');
  node.chain.match(1, specHash(COPY));
  await node.deliver(1, COPY);
  await begun('closed 1 Completed');
  expect(node.events.filter((event) => event.startsWith('problem'))).toHaveLength(1);
});

describe('an input at an address of the client', () => {
  async function matched(change: ConfigChange, body: Buffer) {
    await started(change);
    const web = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/text`;
    const spec = job(COPY.command[2]!, { inputs: [{ ...COPY.inputs[0], url }] });
    node.chain.match(1, specHash(spec));
    await node.client().handOver(1, spec);
    return web;
  }

  test('is not fetched where the node does not allow it', async () => {
    const web = await matched({}, TEXT);
    node.chain.advance(40);
    await begun('closed 1 Failed');
    web.close();
  });

  test('is not taken if it has another hash', async () => {
    const web = await matched({ fetchInputs: true }, Buffer.from('something else'));
    node.chain.advance(40);
    await begun('closed 1 Failed');
    web.close();
  });

  test('is fetched where the node allows it', async () => {
    const web = await matched({ fetchInputs: true }, TEXT);
    await begun('closed 1 Completed');
    web.close();
  });
});
