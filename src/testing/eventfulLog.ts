import { bytesToHex } from '@noble/hashes/utils';
import { AICChain } from '../AICChain.ts';
import { durationSec, NodeId, WorkloadId } from '../domain/index.ts';
import { costOf } from '../match/index.ts';
import { compile } from '../policy/compile.ts';
import { drawNetwork, seededWeights } from '../policy/randomNetwork.ts';
import { encodeWeights } from '../policy/weightsBytes.ts';
import { LogWriter } from './LogWriter.ts';

export const MEASURED = { answered: true, latencyUs: 50_000, bandwidthMbps: 700, computeMflops: 60_000 };

/** A life with everything in it: rounds, a policy between them, ended runs, an audited liar, a vote, a voided round. */
export function eventfulLog(): LogWriter {
  const log = new LogWriter();
  for (const ask of [4_000, 6_000, 9_000]) log.register(ask * 1_000_000);
  for (const budget of [100_000_000, 90_000_000]) log.submit(budget, { leaseSec: 10, computeGflop: 0 });
  log.advance();
  post(log);
  const network = drawNetwork(8, seededWeights(4));
  log.activate(log.registerPolicy(compile(network), `0x${bytesToHex(encodeWeights(network))}`, 8));
  log.setParameter('greenMicroPerKWh', 5_000_000);
  log.advance();
  log.start(1);
  log.start(2);
  log.submit(5_000_000_000);
  log.advanceSec(10);
  log.end(1, 'Completed', 'Completed');
  post(log);
  log.advanceSec(4);
  log.end(2, 'Cancelled', 'CancelledByClient', 0);
  log.audit(2, 0, MEASURED);
  log.audit(3, 0, { ...MEASURED, answered: false });
  log.submit(1_000);
  log.cancel(4);

  // One run is failed by its node and open again; another's result is contested, in vain.
  log.advance();
  log.start(3);
  log.end(3, 'Failed', 'NodeFault', 0);
  log.reopen(3);
  const contested = log.submit(50_000_000, { leaseSec: 10, computeGflop: 0 });
  log.advance();
  post(log);
  log.start(contested);
  log.advanceSec(10);
  log.end(contested, 'Completed', 'Completed');
  log.contest(contested, false);
  log.settle(1, log.workload(1).priceMicro);

  // A round with a price too low is voided: one of its runs had started, the other is open again.
  const [started, undone] = [0, 1].map(() => log.submit(90_000_000, { leaseSec: 10, computeGflop: 0 }));
  log.advance();
  const wrong = log.round;
  const { entries, cutoff } = new AICChain(log.state).propose(wrong);
  log.post(
    entries.map((entry) =>
      entry.workload === started ? { ...entry, priceMicro: entry.priceMicro - 1 } : entry,
    ),
    cutoff,
  );
  log.start(started!);
  log.failChallenge(wrong, { kind: 'E1', workload: WorkloadId(started!), node: NodeId(1) });
  log.void(wrong, { kind: 'E2', workload: WorkloadId(started!), node: 0 });
  log.undo(undone!);
  log.advanceSec(10);
  log.end(started!, 'Completed', 'Completed');
  log.advance(4);
  log.settle(contested, log.workload(contested).priceMicro);
  log.settle(started!, costMicro(log, started!));
  return log;
}

/** What a run cost its node, as of the round that matched it. */
export function costMicro(log: LogWriter, id: number): number {
  const { spec, node, matchedRound } = log.workload(id);
  const record = log.state.recordAt(node, matchedRound)!;
  return Number(costOf(record.askMicroPerGpuHour, BigInt(spec.gpus) * durationSec(spec, record)));
}

/** Posts the round that follows from the log so far. */
export function post(log: LogWriter): void {
  const { entries, cutoff } = new AICChain(log.state).propose(log.round);
  log.post(entries, cutoff);
}
