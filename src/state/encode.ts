import { keccak_256 } from '@noble/hashes/sha3';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils';
import type { Hex } from '../domain/index.ts';
import type { RoundSeries } from './RoundSeries.ts';
import type { NetworkTables } from './tables.ts';

/** What a row may consist of. */
type Value =
  | undefined
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | { readonly [field: string]: Value };

const TAG = {
  undefined: 0,
  false: 1,
  true: 2,
  integer: 3,
  negative: 4,
  string: 5,
  list: 6,
  record: 7,
} as const;

/** Two states are the same network iff their hashes are equal; how they came about leaves no trace. */
export function stateHash(tables: NetworkTables): Hex {
  return `0x${bytesToHex(keccak_256(encodeState(tables)))}`;
}

/** All tables, rows ascending by key. */
export function encodeState(tables: NetworkTables): Uint8Array {
  return encode({
    nodes: rows(tables.nodes).map(([id, { records, ...node }]) => [
      id,
      { ...node, records: records.bindings.map(({ fromRound, value }) => [fromRound, value.word]) },
    ]),
    workloads: rows(tables.workloads).map(([id, { spec: _, ...workload }]) => [id, workload]),
    policies: rows(tables.policies),
    rounds: rows(tables.rounds),
    classes: rows(tables.classes),
    auditors: rows(tables.auditors),
    epochs: rows(tables.epochs),
    parameters: tables.parameters.map(series),
    activePolicy: series(tables.activePolicy),
    networkGpus: series(tables.networkGpus),
    workloadCounters: series(tables.workloadCounters),
  } as unknown as Value);
}

function rows<K extends number | string, V>(table: Iterable<readonly [K, V]>): (readonly [K, V])[] {
  return [...table].sort(([a], [b]) => (a < b ? -1 : 1));
}

function series<T>({ bindings }: RoundSeries<T>) {
  return bindings.map(({ fromRound, value }) => [fromRound, value]);
}

/**
 * Unambiguous: a tag, then what has no fixed length is preceded by its length (4 bytes). Integers are big-endian
 * without leading zeros; the fields of a record are in the order of their names.
 */
export function encode(value: Value): Uint8Array {
  const chunks: Uint8Array[] = [];
  write(value);
  return concatBytes(...chunks);

  function write(one: Value): void {
    if (one === undefined) tag(TAG.undefined);
    else if (typeof one === 'boolean') tag(one ? TAG.true : TAG.false);
    else if (typeof one === 'number' || typeof one === 'bigint') writeInteger(BigInt(one));
    else if (typeof one === 'string') writeBytes(TAG.string, utf8ToBytes(one));
    else if (Array.isArray(one)) {
      tag(TAG.list);
      writeLength(one.length);
      for (const item of one) write(item);
    } else {
      const fields = Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1));
      tag(TAG.record);
      writeLength(fields.length);
      for (const [name, field] of fields) {
        write(name);
        write(field);
      }
    }
  }

  function writeInteger(integer: bigint) {
    const hex = (integer < 0n ? -integer : integer).toString(16);
    const digits = hex.length % 2 === 0 ? hex : `0${hex}`;
    const bytes = Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
    writeBytes(integer < 0n ? TAG.negative : TAG.integer, bytes);
  }

  function writeBytes(kind: number, bytes: Uint8Array) {
    tag(kind);
    writeLength(bytes.length);
    chunks.push(bytes);
  }

  function tag(kind: number) {
    chunks.push(Uint8Array.of(kind));
  }

  function writeLength(length: number) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, length);
    chunks.push(bytes);
  }
}
