export * from './certificate.ts';
export * from './certified.ts';
export * from './challenge.ts';
export * from './eligibility.ts';
export * from './entriesHash.ts';
export * from './greedy.ts';
export * from './Matcher.ts';
export * from './weight.ts';
