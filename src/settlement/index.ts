export * from './bonds.ts';
export * from './split.ts';
