export * from './report.ts';
export * from './trust.ts';
