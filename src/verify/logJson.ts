import { AICChainError, type ChainEvent } from '../domain/index.ts';
import { EVENT_NAMES } from '../state/index.ts';

/** Fields that are words of packed bits: bigint in an event, 0x hex in JSON, which has no integers of their size. */
const WORDS = new Set(['record', 'spec', 'openRounds']);
const PLACE = ['blockNumber', 'timestamp', 'logIndex'] as const;
const HASHES = ['blockHash', 'transactionHash'] as const;

/**
 * A log as JSON: an array of events with names and units as they are, words as 0x hex. For whoever fetches a log rather
 * than asks a chain for it.
 */
export function logToJson(events: Iterable<ChainEvent>): string {
  return JSON.stringify([...events], (_, value) =>
    typeof value === 'bigint' ? `0x${value.toString(16)}` : value,
  );
}

/**
 * The events of such a log. Refuses what is no log of this network's events; whether they say the truth is for
 * `AICChain.verify` to find out.
 *
 * @example
 * const { ok, firstDifference } = AICChain.verify(logFromJson(await response.text()), clock);
 */
export function logFromJson(text: string): ChainEvent[] {
  const log = parsed(text);
  if (!Array.isArray(log)) throw refused('it is not an array of events');
  return log.map(eventOf);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused((error as Error).message);
  }
}

function eventOf(value: unknown, i: number): ChainEvent {
  if (typeof value !== 'object' || value === null) throw refused(`event ${i} is not an object`);
  const event = value as Record<string, unknown>;
  if (!EVENT_NAMES.has(String(event.name)))
    throw refused(`event ${i} has no name that is known: ${event.name}`);
  for (const field of PLACE)
    if (!Number.isSafeInteger(event[field]))
      throw refused(`event ${i} has no number ${field}: ${event[field]}`);
  for (const field of HASHES)
    if (typeof event[field] !== 'string') throw refused(`event ${i} has no text ${field}: ${event[field]}`);
  const entries = Object.entries(event).map(([field, one]) => [
    field,
    WORDS.has(field) ? wordOf(one, field, i) : one,
  ]);
  return Object.fromEntries(entries) as ChainEvent;
}

function wordOf(value: unknown, field: string, i: number): bigint {
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value);
  throw refused(`${field} of event ${i} is not a word in hex: ${value}`);
}

function refused(why: string): AICChainError {
  return new AICChainError('BAD_LOG', `this is not a log of AICChain events: ${why}`, {
    hint: 'Take the text that logToJson made.',
  });
}
