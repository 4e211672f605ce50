import { readFileSync } from 'node:fs';
import { type DetectedTrace, detectTrace } from '../training/traces/detectTrace.ts';
import { UsageError } from './usage.ts';

/** The trace of a file, of whatever known form it is. */
export function readTraceFile(file: string): DetectedTrace {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`, 'Name a file with a trace.');
  }
  return detectTrace(text, file);
}
