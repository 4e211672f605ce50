export { aicc, Bonding } from './Bonding.ts';
export { Daemon, type Say } from './Daemon.ts';
export { dueWorkloads } from './due.ts';
export { Halted } from './Halted.ts';
export { type Duty, type Moment, NetworkView, type ViewOptions } from './NetworkView.ts';
export { type Decision, type Outcome, Posting, type PostingOptions } from './Posting.ts';
export { roundToPost } from './roundToPost.ts';
export { Settling } from './Settling.ts';
