import { NodeId, WorkloadId } from '../domain/index.ts';
import type { WorkloadState } from '../state/index.ts';
import { LogWriter } from './LogWriter.ts';

/** One step of a network's life: what happens, and to whom. */
export interface Step {
  readonly verb: number;
  readonly whom: number;
}

type Verb = (log: LogWriter, whom: number) => void;

/** A step that cannot be taken now leaves no trace. One step is one block, or none. */
const VERBS: readonly Verb[] = [
  (log, whom) => log.advance(1 + (whom % 3)),
  (log, whom) => log.register(1_000 * (1 + whom)),
  (log, whom) => log.submit(100_000 + whom),
  (log, whom) => {
    const workload = pick(log.state.openWorkloadsAt(log.round), whom);
    const node = pick(log.state.nodesAt(log.round), whom >> 3);
    if (workload === undefined || node === undefined || log.state.rounds.has(log.round)) return;
    if (log.newest(node.id).freeGpus === 0) return;
    const ids = { workload: WorkloadId(workload.id), node: NodeId(node.id), next: NodeId(0) };
    log.post([{ ...ids, uMicro: 0, vMicro: whom, priceMicro: whom, rank: 0 }]);
  },
  (log, whom) =>
    on(log, 'Matched', whom, (id) => {
      if (!log.state.isVoided(log.workload(id).matchedRound)) log.start(id);
    }),
  (log, whom) => on(log, 'Running', whom, (id) => log.end(id, 'Completed', 'Completed')),
  (log, whom) =>
    on(log, 'Running', whom, (id) => {
      log.end(id, 'Failed', 'NodeFault', 0);
      if (log.workload(id).matches < 4) log.reopen(id);
    }),
  (log, whom) => on(log, 'Completed', whom, (id) => log.settle(id, log.workload(id).priceMicro)),
  (log, whom) => on(log, 'Open', whom, (id) => log.cancel(id)),
  (log, whom) => {
    const node = pick([...log.state.nodes.values()], whom);
    if (node !== undefined) log.setRecord(node.id, { askMicroPerGpuHour: whom, active: whom % 2 === 0 });
  },
  (log, whom) => {
    const node = pick([...log.state.nodes.values()], whom);
    const measured = {
      answered: whom % 5 !== 0,
      latencyUs: 20_000,
      bandwidthMbps: 300,
      computeMflops: 1_000 * whom,
    };
    if (node !== undefined) log.audit(node.id, log.round, measured);
  },
  (log, whom) => log.setParameter('greenMicroPerKWh', whom),
  (log, whom) => log.registerPolicy(Uint8Array.of(whom), '0x00', 8),
  (log, whom) => {
    const policy = pick([...log.state.policies.values()], whom);
    if (policy !== undefined) log.activate(policy.id, log.round + 1 + (whom % 7));
  },
  (log, whom) => {
    const standing = [...log.state.rounds.values()].filter(({ voided }) => !voided);
    const posted = pick(standing, whom);
    if (posted === undefined) return;
    const { workload } = posted.entries[0]!;
    if (whom % 2 === 0) log.void(posted.round, { kind: 'E2', workload, node: 0 });
    else log.failChallenge(posted.round, { kind: 'E4', workload, node: 0 });
  },
  (log, whom) => on(log, 'RoundVoided', whom, (id) => log.undo(id)),
  (log, whom) => on(log, 'Completed', whom, (id) => log.contest(id, whom % 2 === 0)),
];

export const VERB_COUNT = VERBS.length;

/** The log of a life. Lives that begin with the same steps have logs that begin alike, but for the fork's name. */
export function logOf(steps: readonly Step[], fork = 'a'): LogWriter {
  const log = new LogWriter(fork);
  for (const { verb, whom } of steps) VERBS[verb % VERB_COUNT]!(log, whom);
  return log;
}

function on(log: LogWriter, status: string, whom: number, act: (id: number) => void) {
  const due = (one: WorkloadState) =>
    one.status === status || log.state.statusIn(one.id, log.round) === status;
  const workload = pick([...log.state.workloads.values()].filter(due), whom);
  if (workload !== undefined) act(workload.id);
}

function pick<T>(items: readonly T[], n: number): T | undefined {
  return items[n % Math.max(1, items.length)];
}
