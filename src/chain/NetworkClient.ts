import { AIWorkloads } from './AIWorkloads.ts';
import { Caller, type CallerOptions } from './Caller.ts';
import { ComputeNodes } from './ComputeNodes.ts';
import { chainNow } from './clock.ts';
import { DualTokenSystem } from './DualTokenSystem.ts';
import { getEvents } from './events.ts';
import { Governance } from './Governance.ts';
import { Parameters } from './Parameters.ts';
import { Policies } from './Policies.ts';
import { Rounds } from './Rounds.ts';
import { TruthfulReporting } from './TruthfulReporting.ts';

/**
 * A network, as one account sees it: every call that its contracts answer, by what it is about.
 *
 * @example
 * const network = new NetworkClient({ rpcUrl: 'http://127.0.0.1:8545', deployment, account: privateKey });
 * console.log(await network.rounds.current(), await network.money.availableMicro());
 */
export class NetworkClient {
  readonly caller: Caller;
  readonly parameters: Parameters;
  readonly money: DualTokenSystem;
  readonly nodes: ComputeNodes;
  readonly workloads: AIWorkloads;
  readonly rounds: Rounds;
  readonly policies: Policies;
  readonly reporting: TruthfulReporting;
  readonly governance: Governance;

  constructor(options: CallerOptions) {
    const caller = new Caller(options);
    const parameters = new Parameters(caller);
    const money = new DualTokenSystem(caller);
    this.caller = caller;
    this.parameters = parameters;
    this.money = money;
    this.nodes = new ComputeNodes(caller, money, parameters);
    this.workloads = new AIWorkloads(caller, money, parameters);
    this.rounds = new Rounds(caller, money);
    this.policies = new Policies(caller);
    this.reporting = new TruthfulReporting(caller, money, parameters);
    this.governance = new Governance(caller);
  }

  get deployment() {
    return this.caller.deployment;
  }

  get address() {
    return this.caller.address;
  }

  /** The same network, seen by another account. */
  as(account: NonNullable<CallerOptions['account']>): NetworkClient {
    const { rpcUrl, deployment } = this.caller;
    return new NetworkClient({ rpcUrl, deployment, account });
  }

  /** The timestamp that a transaction sent now would carry. */
  now(): Promise<number> {
    return chainNow(this.caller.rpcUrl);
  }

  /** Number of the newest block. */
  async blockNumber(): Promise<number> {
    return Number(await this.caller.request('eth_blockNumber', []));
  }

  /** All events of the network up to now, in order. */
  async events(from = this.deployment.startBlock): Promise<Awaited<ReturnType<typeof getEvents>>> {
    return getEvents(this.caller, from, await this.blockNumber());
  }
}
