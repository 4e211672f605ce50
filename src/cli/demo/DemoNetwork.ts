import type { ChildProcess } from 'node:child_process';
import { privateKeyToAccount } from 'viem/accounts';
import { keccak256, stringToHex } from 'viem/utils';
import { AICChain } from '../../AICChain.ts';
import { ChainClock, until } from '../../chain/clock.ts';
import type { Deployment } from '../../chain/deployment.ts';
import type { EmbeddedChain } from '../../chain/embedded.ts';
import { NetworkClient } from '../../chain/NetworkClient.ts';
import { type Synced, syncState } from '../../chain/sync.ts';
import type { Hex, NodeId } from '../../domain/index.ts';
import type { Narrator } from './Narrator.ts';
import type { DemoNode } from './scenario.ts';

export interface DemoOptions {
  readonly seed: number;
  /** Chain, nodes, policy and results live here. */
  readonly dataDir: string;
  /** The text that the training job learns from. */
  readonly textFile: string;
  readonly narrator: Narrator;
}

/** A node of the demo: what it is, who owns it, and the process that serves it. */
export interface RunningNode {
  readonly id: NodeId;
  readonly plan: DemoNode;
  readonly network: NetworkClient;
  readonly endpoint: string;
  readonly process: ChildProcess;
}

/**
 * A key of the demo, from its seed: the same every time, so that a run can be repeated. It is worth nothing on any
 * other chain, and the chain listens on this machine only.
 */
export const demoKey = (seed: number, name: string): Hex =>
  keccak256(stringToHex(`aicchain demo ${seed} ${name}`));

/** A network that runs: chain, clock, accounts, node processes; what the steps share. */
export class DemoNetwork {
  readonly options: DemoOptions;
  readonly chain: EmbeddedChain;
  readonly deployment: Deployment;
  readonly clock: ChainClock;
  readonly synced: Synced;
  readonly nodes: RunningNode[] = [];
  /** Everything the demo did to the chain's clock, in seconds. */
  movedSec = 0;

  private constructor(options: DemoOptions, chain: EmbeddedChain, deployment: Deployment, synced: Synced) {
    this.options = options;
    this.chain = chain;
    this.deployment = deployment;
    this.clock = new ChainClock(chain.rpcUrl, deployment);
    this.synced = synced;
  }

  static async over(
    options: DemoOptions,
    chain: EmbeddedChain,
    deployment: Deployment,
  ): Promise<DemoNetwork> {
    const reader = new NetworkClient({ rpcUrl: chain.rpcUrl, deployment });
    return new DemoNetwork(options, chain, deployment, await syncState(reader.caller));
  }

  get narrator(): Narrator {
    return this.options.narrator;
  }

  /** The network as one of the demo's accounts sees it. */
  as(name: string): NetworkClient {
    const account = privateKeyToAccount(demoKey(this.options.seed, name));
    return new NetworkClient({ rpcUrl: this.chain.rpcUrl, deployment: this.deployment, account });
  }

  /** State as of the newest block. */
  async aicchain(): Promise<AICChain> {
    await this.synced.feed.poll();
    return new AICChain(this.synced.state);
  }

  nameOf(node: number): string {
    return this.nodes.find(({ id }) => id === node)?.plan.name ?? `node ${node}`;
  }

  /** Moves the chain's clock to a round, in steps with a heartbeat of every node after each, and says so. */
  async toRound(round: number, why: string): Promise<void> {
    await this.toTime(this.deployment.genesis + round * this.deployment.roundSec, why);
  }

  async nextRound(why: string): Promise<number> {
    const round = (await this.clock.round()) + 1;
    await this.toRound(round, why);
    return round;
  }

  async toTime(timestamp: number, why: string): Promise<void> {
    const before = await this.clock.now();
    if (timestamp <= before) return;
    const round = await this.clock.advanceTo(timestamp, { onStep: (now) => this.#untilFresh(now) });
    this.movedSec += timestamp - before;
    this.narrator.line(`(the chain's clock is moved by ${timestamp - before} s, to round ${round}: ${why})`);
  }

  /** A jump longer than the freshness of a heartbeat would make the whole network stale, so each step waits for one. */
  async #untilFresh(round: number): Promise<void> {
    const { state, feed } = this.synced;
    const freshnessRounds = state.parametersAt(round).freshnessRounds;
    const needed = round + freshnessRounds - Math.floor(freshnessRounds / 3) + 1;
    await until('heartbeats of all nodes', async () => {
      await feed.poll();
      return this.nodes.every(({ id }) => {
        const record = state.recordAt(id, round + 1);
        return record === undefined || !record.active || record.freshUntilRound >= needed;
      });
    });
  }
}
