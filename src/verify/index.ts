export type { Finding } from './Finding.ts';
export type { Verification } from './verifyLog.ts';
