import { AICChainError } from '../../domain/errors.ts';

/** Where something stands in a file, for whoever has to correct it; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Refuses a trace: `pods.csv:17:4: column \`num_gpu\`: must be …`. In a CSV file columns are fields, in JSON characters. */
export function refuseTrace(
  file: string,
  { line, column }: Place,
  what: string,
  hint = 'Correct the file, or take the row out.',
): never {
  throw new AICChainError('BAD_TRACE', `${file}:${line}:${column}: ${what}`, { hint });
}

/** What was found, short enough for one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  const text = typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
