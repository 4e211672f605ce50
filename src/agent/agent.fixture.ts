import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalAccount } from 'viem';
import { Agent } from './Agent.ts';
import { ChainDouble, CLIENT, OWNER } from './chainDouble.fixture.ts';
import type { AgentConfig } from './config.ts';
import { contentHash } from './document.ts';
import { ProcessDriver } from './drivers/process.ts';
import { encodeJobSpec, type JobSpec, parseJobSpec } from './jobSpec.ts';
import { NodeClient } from './NodeClient.ts';
import type { Profile } from './shaping.ts';

export const TEXT = Buffer.from('to be or not to be\n');

/** A job that copies its input to its output. */
export const COPY = job('cat "$AICCHAIN_INPUT_DIR/text.txt" > "$AICCHAIN_OUTPUT_DIR/copy.txt"; echo done');

/** A shell job with the input text.txt and the output copy.txt. */
export function job(script: string, more: object = {}): JobSpec {
  return parseJobSpec({
    command: ['sh', '-c', script],
    inputs: [{ name: 'text.txt', hash: contentHash(TEXT), bytes: TEXT.length }],
    outputs: ['copy.txt'],
    ...more,
  });
}

export const specHash = (spec: JobSpec) => contentHash(encodeJobSpec(spec));

export interface ConfigChange {
  readonly profile?: Profile;
  readonly port?: number;
  readonly fetchInputs?: boolean;
  readonly storeQuotaMB?: number;
}

/** A node 1 that really serves and runs, over the double of the chain. */
export class Node {
  readonly folder = mkdtempSync(join(tmpdir(), 'aicchain-agent-'));
  readonly chain = ChainDouble.create(join(this.folder, 'chain.json'));
  readonly events: string[] = [];
  agent: Agent | undefined;

  async start(options: ConfigChange = {}): Promise<void> {
    const driver = await ProcessDriver.open({ isolation: 'none', graceMs: 200 });
    this.agent = await Agent.start({
      dataDir: join(this.folder, 'data'),
      config: config(options),
      account: OWNER,
      chain: this.chain,
      driver,
      pollMs: 20,
      onEvent: (event, details) => this.events.push([event, ...Object.values(details)].join(' ')),
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.agent?.port}`;
  }

  client(account: LocalAccount = CLIENT): NodeClient {
    return new NodeClient({ endpoint: this.endpoint, node: 1, chainId: 31337, account });
  }

  async deliver(workload: number, spec: JobSpec): Promise<void> {
    await this.client().uploadBytes(TEXT);
    await this.client().handOver(workload, spec);
  }

  async stop(): Promise<void> {
    await this.agent?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const config = ({
  profile,
  port = 0,
  fetchInputs = false,
  storeQuotaMB = 100,
}: ConfigChange): AgentConfig => ({
  rpcUrl: '',
  deployment: '',
  nodeId: 1,
  keyFile: '',
  host: '127.0.0.1',
  port,
  storeQuotaMB,
  fetchInputs,
  ...(profile === undefined ? {} : { profile }),
});

export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadlineMs = Date.now() + 15_000; !(await condition()); await sleep(10))
    if (Date.now() > deadlineMs) throw new Error(`waited in vain for ${what}`);
}
