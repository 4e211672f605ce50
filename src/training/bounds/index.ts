export * from './dualBound.ts';
export * from './hindsight.ts';
