export * from './split.ts';
