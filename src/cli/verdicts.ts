import type { Verdict } from '../AICChain.ts';

/** Every verdict on a candidate, as a client reads it. */
export const WHY: Readonly<Record<Verdict, string>> = {
  Chosen: 'CHOSEN',
  OverBudget: 'costs more than the budget',
  MatchedElsewhere: 'worth more to another workload',
  Outbid: 'worth less than the chosen one',
  LeftToNextRound: 'free, but the round is full',
  NotRegistered: 'not registered yet',
  Inactive: 'paused or gone',
  Excluded: 'excluded for false claims',
  Flagged: 'flagged, its trust is too low',
  Stale: 'no heartbeat',
  TrustTooLow: 'less trust than the workload asks for',
  ClassNotAllowed: 'not of a class that the workload allows',
  TooFewGpus: 'too few GPUs',
  NoFreeGpus: 'its GPUs are busy',
  TooLittleMemory: 'too little memory',
  WorkloadNotOpen: 'the workload is not open',
  TooSlow: 'longer than the workload allows',
};
