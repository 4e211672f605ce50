export * from './encode.ts';
export { EVENT_NAMES } from './fold.ts';
export * from './NetworkState.ts';
export * from './RoundSeries.ts';
export * from './rows.ts';
export { epochKey, known, type StateClock } from './tables.ts';
