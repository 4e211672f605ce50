import type { Abi, AbiParameter, Hex } from 'viem';
import { decodeEventLog, toEventSelector } from 'viem/utils';
import { AICChainError } from '../domain/errors.ts';
import type { ChainEvent, ChainEventBody } from '../domain/events.ts';
import { CHALLENGE_KIND, CLOSE_REASON, CONTEST_GROUND, STATUS } from '../domain/types.ts';
import { bytes32Text } from './bytes32.ts';
import type { Caller } from './Caller.ts';
import { ABIS } from './contracts.ts';
import type { ContractKey, Deployment } from './deployment.ts';

type EventName = ChainEventBody['name'];
type Body<N extends EventName> = Extract<ChainEventBody, { name: N }>;

/** The events that state is made of, by the contract that says them. What is not here (transfers, votes) is no state. */
const EVENTS = {
  nodes: [
    'GpuClassAdded',
    'NodeRegistered',
    'EndpointChanged',
    'ClaimsChanged',
    'AuditApplied',
    'GreenCertified',
    'ExitRequested',
    'StakeChanged',
    'NodeRecordWritten',
    'NetworkGpusWritten',
  ],
  workloads: [
    'WorkloadSubmitted',
    'WorkloadMatched',
    'WorkloadStarted',
    'WorkloadEnded',
    'WorkloadReopened',
    'WorkloadContested',
    'ContestResolved',
    'WorkloadClosed',
    'OpenRoundsWritten',
    'WorkloadCountersWritten',
  ],
  policies: ['PolicyRegistered', 'PolicyActivated'],
  parameters: ['ParameterWritten'],
  chain: ['RoundPosted', 'RoundVoided', 'ChallengeFailed'],
  reporting: ['AuditorRegistered', 'AuditorLeft', 'ReportCommitted', 'MeasurementsRevealed', 'AuditClosed'],
} as const satisfies Partial<Record<ContractKey, readonly EventName[]>>;

const SPEAKERS = Object.keys(EVENTS) as (keyof typeof EVENTS)[];
export const EVENT_NAMES: readonly EventName[] = SPEAKERS.flatMap(
  (key) => EVENTS[key] as readonly EventName[],
);

const TOPICS: Hex[] = SPEAKERS.flatMap((key) =>
  (ABIS[key] as Abi).flatMap((item) =>
    item.type === 'event' && (EVENTS[key] as readonly string[]).includes(item.name)
      ? [toEventSelector(item)]
      : [],
  ),
);

/** Words of packed bits stay bigint; everything else that is a number fits one. */
const WORDS = new Set(['record', 'spec', 'openRounds']);
const ENUMS: Readonly<Record<string, readonly string[]>> = {
  'enum Status': STATUS,
  'enum CloseReason': CLOSE_REASON,
  'enum ContestGround': CONTEST_GROUND,
  'enum ChallengeKind': CHALLENGE_KIND,
};

/** A log as a node tells it over JSON-RPC. */
export interface RawLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly blockTimestamp?: Hex;
  readonly logIndex: Hex;
  readonly transactionHash: Hex;
}

/** What a contract of the network said, or undefined for a log that is not one of its events. */
export function decodeEvent(
  deployment: Deployment,
  log: Pick<RawLog, 'address' | 'topics' | 'data'>,
): ChainEventBody | undefined {
  const contract = SPEAKERS.find((key) => sameAddress(deployment.addresses[key], log.address));
  if (contract === undefined || !log.topics[0] || !TOPICS.includes(log.topics[0])) return undefined;
  const abi = ABIS[contract] as Abi;
  const { eventName, args } = decodeEventLog({ abi, data: log.data, topics: log.topics as [Hex, ...Hex[]] });
  const item = abi.find((one) => one.type === 'event' && one.name === eventName);
  const inputs = item?.type === 'event' ? item.inputs : [];
  return {
    name: eventName,
    ...plainStruct(inputs, args as unknown as Record<string, unknown>),
  } as ChainEventBody;
}

/** The one event of a kind in a transaction's logs. */
export function soleEvent<N extends EventName>(
  deployment: Deployment,
  logs: readonly Pick<RawLog, 'address' | 'topics' | 'data'>[],
  name: N,
): Body<N> {
  for (const log of logs) {
    const event = decodeEvent(deployment, log);
    if (event?.name === name) return event as Body<N>;
  }
  throw new AICChainError('NO_EVENT', `the transaction said no ${name}`);
}

/** Blocks of one request of logs, at most: networks answer for no more than some thousands. */
export const BLOCKS_PER_REQUEST = 5_000;

/** All events of a network in blocks `from` to `to`, in order. */
export async function getEvents(caller: Caller, from: number, to: number): Promise<ChainEvent[]> {
  const events: ChainEvent[] = [];
  for (let first = from; first <= to; first += BLOCKS_PER_REQUEST)
    events.push(...(await eventsOf(caller, first, Math.min(to, first + BLOCKS_PER_REQUEST - 1))));
  return events;
}

async function eventsOf(caller: Caller, from: number, to: number): Promise<ChainEvent[]> {
  const { deployment } = caller;
  const timestamps = new Map<Hex, number>();
  const events: ChainEvent[] = [];
  for (const log of await logsOf(caller, from, to)) {
    const body = decodeEvent(deployment, log);
    if (body === undefined) continue;
    events.push({
      ...body,
      blockNumber: Number(log.blockNumber),
      blockHash: log.blockHash,
      timestamp: await timestampOf(caller, log, timestamps),
      logIndex: Number(log.logIndex),
      transactionHash: log.transactionHash,
    });
  }
  return events.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
}

/** Endpoints refuse answers that are too long, each at another length: then half of the blocks are asked for, and the rest. */
async function logsOf(caller: Caller, from: number, to: number): Promise<RawLog[]> {
  const address = SPEAKERS.map((key) => caller.deployment.addresses[key]);
  const filter = { address, topics: [TOPICS], fromBlock: hex(from), toBlock: hex(to) };
  try {
    return await caller.request<RawLog[]>('eth_getLogs', [filter]);
  } catch (error) {
    if ((error as AICChainError).code !== 'RPC_REFUSED' || from === to) throw error;
    const middle = Math.floor((from + to) / 2);
    return [...(await logsOf(caller, from, middle)), ...(await logsOf(caller, middle + 1, to))];
  }
}

async function timestampOf(caller: Caller, log: RawLog, known: Map<Hex, number>): Promise<number> {
  if (log.blockTimestamp) return Number(log.blockTimestamp);
  let timestamp = known.get(log.blockHash);
  if (timestamp === undefined) {
    const block = await caller.request<{ timestamp: Hex }>('eth_getBlockByHash', [log.blockHash, false]);
    timestamp = Number(block.timestamp);
    known.set(log.blockHash, timestamp);
  }
  return timestamp;
}

const hex = (n: number): Hex => `0x${n.toString(16)}`;
const sameAddress = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

function plainStruct(inputs: readonly AbiParameter[], values: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(inputs.map((input) => [input.name, plain(input, values[String(input.name)])]));
}

/** A decoded value as the domain holds it: numbers, enum names, words as bigint. */
function plain(input: AbiParameter, value: unknown): unknown {
  const { type, internalType, name } = input;
  if (type === 'tuple[]') return (value as unknown[]).map((one) => plain({ ...input, type: 'tuple' }, one));
  if (type === 'tuple') {
    const { components } = input as unknown as { components: readonly AbiParameter[] };
    return plainStruct(components, value as Record<string, unknown>);
  }
  const names = ENUMS[String(internalType)];
  if (names) return names[Number(value)];
  if (type === 'bytes32' && name === 'name') return bytes32Text(value as Hex);
  if (typeof value === 'bigint' && !WORDS.has(String(name))) return Number(value);
  return value;
}
