import { type DetectedTrace, detectTrace } from '../training/traces/detectTrace.ts';
import { readNamedFile } from './home.ts';

/** The trace of a file, of whatever known form it is. */
export function readTraceFile(file: string): DetectedTrace {
  return detectTrace(readNamedFile(file, 'Name a file with a trace.'), file);
}
