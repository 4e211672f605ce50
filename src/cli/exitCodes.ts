import { AICChainError } from '../domain/errors.ts';
import { UsageError } from './usage.ts';

/** What a shell learns of a command. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  interrupted: 130,
} as const;

const INPUT_CODES = new Set([
  'BAD_RANGE',
  'BAD_AMOUNT',
  'BAD_CHECKPOINT',
  'BAD_JOB_SPEC',
  'BAD_DEPLOYMENT',
  'BAD_KEY_FILE',
  'BAD_METRICS_FILE',
  'BAD_TRACE',
  'IMPOSSIBLE_SCENARIO',
  'NO_ACCOUNT',
  'OTHER_CHECKPOINT',
]);
const UNREACHABLE_CODES = new Set(['RPC_UNREACHABLE', 'NODE_UNREACHABLE']);

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (!(error instanceof AICChainError)) return EXIT.failed;
  if (INPUT_CODES.has(error.code)) return EXIT.usage;
  return UNREACHABLE_CODES.has(error.code) ? EXIT.unreachable : EXIT.failed;
}
