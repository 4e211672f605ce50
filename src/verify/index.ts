/**
 * `aicchain/verify`: all that it takes to check a network from its log, in a browser as under Node: the fold of the
 * events, the features and the integer network of the policy, the certificate of a round, and the verifier of a whole log.
 *
 * @example
 * import { AICChain, logFromJson } from 'aicchain/verify';
 * const { ok, firstDifference, stateHash } = AICChain.verify(logFromJson(text), clock);
 */
export * from '../AICChain.ts';
export { challengeOf, checkCertificate, isCanonical, judgeChallenge } from '../match/index.ts';
export { FEATURE_NAMES, features, loadPolicy, verifyPolicy } from '../policy/index.ts';
export { NetworkState, stateHash } from '../state/index.ts';
export type { Finding } from './Finding.ts';
export { logFromJson, logToJson } from './logJson.ts';
export { type RoundRange, type Verification, verifyLog } from './verifyLog.ts';
