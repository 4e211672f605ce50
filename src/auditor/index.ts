export * from './Auditor.ts';
export * from './auditorChain.ts';
export * from './measure.ts';
