import { bytesToHex } from '@noble/hashes/utils';
import { AICChain } from '../AICChain.ts';
import { compile } from '../policy/compile.ts';
import { drawNetwork, seededWeights } from '../policy/randomNetwork.ts';
import { encodeWeights } from '../policy/weightsBytes.ts';
import { LogWriter } from './LogWriter.ts';

export const MEASURED = { answered: true, latencyUs: 50_000, bandwidthMbps: 700, computeMflops: 60_000 };

/** A life with everything in it: two rounds, a policy between them, an ended run, an audited liar, a vote. */
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
  log.settle(1, log.workload(1).priceMicro);
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
  log.settle(contested, log.workload(contested).priceMicro);
  return log;
}

/** Posts the round that follows from the log so far. */
export function post(log: LogWriter): void {
  const { entries, cutoff } = new AICChain(log.state).propose(log.round);
  log.post(entries, cutoff);
}
