import { AICChainError } from '../../domain/errors.ts';

/** What a number must be: a smallest value, a largest, and whether it is whole. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** Refuses, by name, what `bounds` do not allow; `others` are known and checked elsewhere. */
export function checkNumbers(
  at: string,
  values: Readonly<Record<string, unknown>>,
  bounds: Readonly<Record<string, Bounds>>,
  others: readonly string[] = [],
  needed: readonly string[] = [],
): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(bounds, name)) {
      const known = [...Object.keys(bounds), ...others].join(', ');
      throw refusal(`there is no ${at}.${name}`, `Known are: ${known}.`);
    }
    const { min, max, whole = false } = bounds[name]!;
    const fits = typeof value === 'number' && value >= min && value <= max;
    if (fits && (!whole || Number.isInteger(value))) continue;
    const kind = whole ? 'a whole number' : 'a number';
    throw refusal(`${at}.${name} is ${JSON.stringify(value)}`, `It must be ${kind} from ${min} to ${max}.`);
  }
  const missing = needed.find((name) => !Object.hasOwn(values, name));
  if (missing !== undefined) throw refusal(`${at}.${missing} is missing`, `Say ${needed.join(', ')}.`);
}

export function objectAt(at: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw refusal(`${at} is ${JSON.stringify(value)}`, 'It must be an object.');
}

export function listAt(at: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw refusal(`${at} is ${JSON.stringify(value)}`, 'It must be a list of at least one.');
}

export function choiceAt<T extends string>(at: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw refusal(`${at} is ${JSON.stringify(value)}`, `It must be one of: ${choices.join(', ')}.`);
}

export const refusal = (message: string, hint: string) => new AICChainError('SCENARIO', message, { hint });
