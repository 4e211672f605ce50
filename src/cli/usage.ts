import { AICChainError } from '../domain/errors.ts';

/** What was typed, or a file that was named, cannot be understood: exit code 2. */
export class UsageError extends AICChainError {
  override readonly name = 'UsageError';

  constructor(message: string, hint?: string) {
    super('USAGE', message, hint === undefined ? {} : { hint });
  }
}

/** A whole number from text, within bounds. */
export function integerOption(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not "${text}"`);
}

/** A number from text, within bounds. */
export function numberOption(
  name: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new UsageError(`${name} must be a number from ${min} to ${max}, not "${text}"`);
}

/** An address that HTTP reaches. */
export function checkedUrl(name: string, text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`${name} must be an address like http://127.0.0.1:8545, not "${text}"`);
}

/** The id of a workload, node, policy or round from the command line. */
export const idArgument = (name: string, text: string, min = 1): number =>
  integerOption(name, text, min, 2 ** 32 - 1);
