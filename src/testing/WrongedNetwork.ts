import { keccak256, stringToHex, toHex } from 'viem';
import { AICChain } from '../AICChain.ts';
import type { NetworkClient } from '../chain/NetworkClient.ts';
import { rpc } from '../chain/rpc.ts';
import { syncState } from '../chain/sync.ts';
import {
  CLAIMS,
  monotoneNetwork,
  SUBMISSION,
  startTestNetwork,
  type TestNetwork,
} from '../chain/testing/testNetwork.ts';
import { nodeMemoryCode } from '../domain/codes.ts';
import type { Claims, Ineligible, IntegerNetwork } from '../domain/types.ts';
import { type Challenge, type Posted, reasonAgainst, type Violation } from '../match/index.ts';
import type { Integers } from '../match/testing/mutations.ts';
import type { Scene } from '../match/testing/scene.ts';
import { NetworkView } from '../matcher/index.ts';
import { compile } from '../policy/compile.ts';
import { encodeWeights } from '../policy/weightsBytes.ts';
import type { NetworkState } from '../state/index.ts';
import { violationOf, Watching } from '../watcher/index.ts';

const SALT = keccak256(stringToHex('salt'));
const FRESHNESS_ROUNDS = 24;
const AICC = 1_000_000;

/** Asks a GPU-hour of the nodes that anyone may match; few, so that ties are common. */
const ASKS = [1 * AICC, 2 * AICC, 2 * AICC, 3 * AICC, 5 * AICC, 30 * AICC];

/** For each reason why a node cannot be matched there is one, beside those that can. */
const NODES: Readonly<Record<string, Partial<Claims>>> = {
  good1: {},
  good2: {},
  good3: {},
  good4: {},
  good5: {},
  big1: { gpus: 8 },
  big2: { gpus: 8 },
  paused: {},
  stale: {},
  flagged: {},
  excluded: {},
  small: { gpus: 1 },
  forgetful: { memoryCode: nodeMemoryCode(1_024) },
  consumer: { classId: 1 },
  busy: { classId: 2 },
};
const LEASE = { ...SUBMISSION, computeGflop: 0, leaseSec: 40, budgetMicro: 5 * AICC, openRounds: 700 };
const onlyClass = (classId: number) => 1 << classId;

/**
 * A network on a chain of its own in which there is every reason to refuse a pair, a policy and a price for energy, and
 * two bonded matchers. From its snapshot any number of markets can be made, and any number of rounds posted in each.
 */
export class WrongedNetwork {
  readonly network: TestNetwork;
  /** What one watcher knows: it has this endpoint and nothing else. */
  readonly watcher: Watcher;
  readonly #ready: Snapshot;
  #scene: Snapshot | undefined;

  private constructor(network: TestNetwork, watcher: Watcher, ready: Snapshot) {
    this.network = network;
    this.watcher = watcher;
    this.#ready = ready;
  }

  static async start(): Promise<WrongedNetwork> {
    const network = await startTestNetwork(
      ['operator', 'client', 'matcher', 'rival', 'stranger', 'watcher', 'auditor'],
      {
        keepHistory: true,
        epochRounds: 6,
        parameters: {
          freshnessRounds: FRESHNESS_ROUNDS,
          auditQuorum: 1,
          trustLossDivisor: 1,
          minNodeStakeMicroPerGpu: AICC,
          fullRound: 5,
        },
      },
    );
    await populate(network);
    const watcher = await Watcher.start(network.client('watcher'));
    return new WrongedNetwork(network, watcher, await Snapshot.take(network.chain.rpcUrl));
  }

  as(name: string): NetworkClient {
    return this.network.client(name);
  }

  /** A market of three to six new workloads and other asks, and the round in which they bind, nothing posted yet. */
  async scene(next: Integers): Promise<Scene> {
    await this.#ready.restore();
    const { nodes } = this.as('operator');
    const good = Object.keys(NODES).flatMap((name, i) => (/good|big/.test(name) ? [i + 1] : []));
    await Promise.all(good.map((node) => nodes.setAsk(node, ASKS[next(ASKS.length)]!)));
    for (let count = 3 + next(4); count > 0; count--) {
      await this.as('client').workloads.submit({
        ...LEASE,
        gpus: [1, 2, 4, 4, 8][next(5)]!,
        leaseSec: [36, 72, 90][next(3)]!,
        priority: next(3) * 2_500,
        budgetMicro: (1 + next(6)) * AICC,
      });
    }
    await this.network.clock.advanceRounds(1);
    this.#scene = await Snapshot.take(this.network.chain.rpcUrl);
    await this.watcher.poll();
    return sceneOf(this.watcher.state, await this.as('client').rounds.current());
  }

  /** Back to the round of the scene, nothing posted. */
  again(): Promise<void> {
    if (this.#scene === undefined) throw new Error('no scene was made yet');
    return this.#scene.restore();
  }

  stop(): Promise<void> {
    return this.network.stop();
  }
}

/** The watcher that everybody runs, told when to look. */
export class Watcher {
  readonly #view: NetworkView;
  readonly #watching: Watching;

  private constructor(view: NetworkView) {
    this.#view = view;
    this.#watching = new Watching(view, () => {});
  }

  static async start(network: NetworkClient): Promise<Watcher> {
    await network.money.ensureAvailable(5_000 * AICC);
    return new Watcher(await NetworkView.open(network));
  }

  get state(): NetworkState {
    return this.#view.state;
  }

  /** What is wrong with entries that are, or could be, posted: by classes of nodes. */
  violations(round: number, posted: Posted): readonly Violation[] {
    return this.#view.aicchain.violations(round, posted);
  }

  async poll(): Promise<void> {
    await this.#view.look();
  }

  /** Looks once; returns what it challenges of a posted round, undefined where nothing is wrong with it. */
  async watch(round: number): Promise<Challenge | undefined> {
    const moment = await this.#view.look();
    const challenge = violationOf(this.#view.aicchain, this.state.rounds.get(round)!);
    await this.#watching.look(moment);
    return challenge;
  }
}

/** What `anvil` can come back to, more than once. */
class Snapshot {
  readonly #rpcUrl: string;
  #id: string;

  private constructor(rpcUrl: string, id: string) {
    this.#rpcUrl = rpcUrl;
    this.#id = id;
  }

  static async take(rpcUrl: string): Promise<Snapshot> {
    return new Snapshot(rpcUrl, await rpc<string>(rpcUrl, 'evm_snapshot', []));
  }

  /**
   * Coming back uses a snapshot up, and those after it: the next is taken at once. What was sent before does not follow:
   * anvil clears its pool a little after a block, and would mine what it still finds there again.
   */
  async restore(): Promise<void> {
    await rpc(this.#rpcUrl, 'anvil_dropAllTransactions', []);
    if (!(await rpc<boolean>(this.#rpcUrl, 'evm_revert', [this.#id]))) throw new Error('no such snapshot');
    this.#id = await rpc<string>(this.#rpcUrl, 'evm_snapshot', []);
  }
}

async function populate(network: TestNetwork): Promise<void> {
  const [operator, client, auditor] = (['operator', 'client', 'auditor'] as const).map(network.client) as [
    NetworkClient,
    NetworkClient,
    NetworkClient,
  ];
  const idOf = (name: string) => Object.keys(NODES).indexOf(name) + 1;
  for (const [name, claims] of Object.entries(NODES))
    await operator.nodes.register({ ...CLAIMS, ...claims }, 3 * AICC, `http://${name}`);
  const heartbeat = async () => {
    for (const name of Object.keys(NODES)) if (name !== 'stale') await operator.nodes.heartbeat(idOf(name));
  };
  await auditor.reporting.registerAuditor();
  for (const matcher of ['matcher', 'rival']) await network.client(matcher).rounds.bond(1_000 * AICC);

  // Workloads that no node may have: they are over, or they ask for what there is not.
  const taken = await client.workloads.submit({
    ...LEASE,
    gpus: 4,
    classMask: onlyClass(2),
    leaseSec: 3_000,
    budgetMicro: 100 * AICC,
  });
  const cancelled = await client.workloads.submit(LEASE);
  await client.workloads.submit({ ...LEASE, openRounds: 1, minTrustBps: 10_000 });
  await client.workloads.submit({ ...LEASE, minTrustBps: 10_000 });
  await client.workloads.submit({
    ...SUBMISSION,
    computeGflop: 10 ** 9,
    maxDurationSec: 60,
    openRounds: 700,
  });
  await client.workloads.cancel(cancelled);
  await network.clock.advanceRounds(1);
  await post(network);
  await operator.workloads.start(taken);

  await audit(network, auditor, idOf('flagged'), idOf('excluded'));
  await heartbeat();
  await vote(network, operator);
  await network.clock.advanceRounds(FRESHNESS_ROUNDS + 1);
  await heartbeat();
  await operator.nodes.pause(idOf('paused'));
  await client.workloads.submit({ ...LEASE, classMask: onlyClass(1) });
  await network.clock.advanceRounds(1);
}

/** The right round, by whoever is drawn. */
async function post(network: TestNetwork): Promise<void> {
  const { state } = await syncState(network.client('client').caller);
  const round = await network.client('client').rounds.current();
  const { cutoff, entries } = new AICChain(state).propose(round);
  await (await drawn(network, round)).rounds.post(round, cutoff, entries);
}

async function drawn(network: TestNetwork, round: number): Promise<NetworkClient> {
  const address = await network.client('client').rounds.drawnMatcher(round);
  return network.client(address === network.client('rival').address ? 'rival' : 'matcher');
}

/** One node claims a little too much, one far too much. */
async function audit(network: TestNetwork, auditor: NetworkClient, flagged: number, excluded: number) {
  const { genesis, epochRounds, roundSec } = network.deployment;
  const startOf = (epoch: number) => genesis + epoch * epochRounds * roundSec;
  const epoch = (await auditor.reporting.currentEpoch()) + 1;
  const seen = { answered: true, latencyUs: 9_000, bandwidthMbps: 101 };
  const measurements = [
    { node: flagged, ...seen, computeMflops: 1_575 },
    { node: excluded, ...seen, computeMflops: 100 },
  ];
  await network.clock.advanceTo(startOf(epoch));
  await auditor.reporting.commitMeasurements(epoch, measurements, SALT);
  await network.clock.advanceRounds(Math.ceil((epochRounds * 2) / 3));
  await auditor.reporting.revealMeasurements(epoch, measurements, SALT);
  await network.clock.advanceTo(startOf(epoch + 1));
  await auditor.reporting.closeAudits(epoch, [flagged, excluded]);
}

/** A policy and a price for energy that bind; another policy that does not. */
async function vote(network: TestNetwork, voter: NetworkClient) {
  const register = (weights: IntegerNetwork) =>
    voter.policies.register(toHex(compile(weights)), toHex(encodeWeights(weights)));
  const policy = await register(monotoneNetwork());
  await register({ ...monotoneNetwork(), b3: 2_000 });
  await voter.governance.delegate();
  await network.clock.advanceRounds(1);
  await voter.governance.passes(
    [voter.policies.activateCall(policy), voter.parameters.setCall('greenMicroPerKWh', 400_000)],
    'A policy and a price for energy',
    {
      voters: [voter.governance],
      waitUntil: async (timestamp) => void (await network.clock.advanceTo(timestamp)),
    },
  );
}

/** The round as it is, and as a matcher sees it that looks at the wrong thing. */
function sceneOf(state: NetworkState, round: number): Scene {
  const { cutoff, entries, candidates } = new AICChain(state).propose(round);
  const seenWith = (changed: Partial<NetworkState>) =>
    new AICChain(Object.assign(Object.create(state) as NetworkState, changed)).candidates(round, cutoff)
      .instance;
  const ineligible: { workload: number; node: number; reason: Ineligible }[] = [];
  for (const { id: workload, spec } of state.workloads.values()) {
    for (const { id: node } of state.nodesAt(round)) {
      const open = state.isOpenAt(workload, round);
      const floor = state.parametersAt(round).flagBelowTrustBps;
      const reason = reasonAgainst(spec, state.recordAt(node, round), round, open, floor);
      if (reason !== 'None') ineligible.push({ workload, node, reason });
    }
  }
  return {
    round,
    cutoff,
    newest: state.countersAt(round).newestWorkload,
    instance: candidates.instance,
    right: entries,
    seen: {
      recordsOfTheRoundBefore: seenWith({ recordAt: (node) => state.recordAt(node, round - 1) }),
      noPolicy: seenWith({ policyAt: () => undefined }),
      anotherPolicy: seenWith({ policyAt: () => state.policies.get(2) }),
      anotherParameter: seenWith({
        parametersAt: (at) => ({ ...state.parametersAt(at), greenMicroPerKWh: 0 }),
      }),
    },
    ineligible: ineligible as unknown as Scene['ineligible'],
    budgetMicroOf: (workload) => state.workloads.get(workload)!.budgetMicro,
  };
}
