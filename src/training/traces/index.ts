/** Recorded clusters: openb, Philly-style, plain CSV. Text in, typed rows out; reading files is the caller's. */
export * from './describeTrace.ts';
export * from './detectTrace.ts';
export * from './openb.ts';
export * from './philly.ts';
export * from './plainCsv.ts';
export type * from './Trace.ts';
