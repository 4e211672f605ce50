import { UsageError } from '../usage.ts';

/** What one training told of itself, update by update. */
export interface LearningCurve {
  readonly name: string;
  /** Decisions so far, or updates where the file does not count decisions. */
  readonly along: 'decisions' | 'update';
  readonly points: readonly Readonly<Record<string, number>>[];
}

/**
 * Reads the metrics that a training wrote: a JSON object a line, each with `update` and numbers.
 *
 * @example learningCurve('seed-01', '{"update":1,"reward":0.2}\n{"update":2,"reward":0.3}\n').points.length // 2
 */
export function learningCurve(name: string, text: string): LearningCurve {
  const points = text
    .split('\n')
    .flatMap((line, i) => (line.trim() === '' ? [] : [pointOf(name, line, i + 1)]));
  if (points.length === 0) throw new UsageError(`${name} holds no updates`, HINT);
  const along = points.every(({ decisions }) => decisions !== undefined) ? 'decisions' : 'update';
  return { name, along, points };
}

const HINT = 'Learning curves are the JSONL file of metrics that `aicchain train` writes.';

function pointOf(name: string, line: string, number: number): Record<string, number> {
  const told = parsed(line);
  if (told === null || typeof told !== 'object' || !Number.isFinite((told as { update?: number }).update)) {
    throw new UsageError(`${name}:${number} is not a JSON object with an \`update\``, HINT);
  }
  const numbers = Object.entries(told).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(numbers) as Record<string, number>;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
