export * from './encode.ts';
export * from './NetworkState.ts';
export * from './RoundSeries.ts';
export * from './rows.ts';
export { epochKey } from './tables.ts';
