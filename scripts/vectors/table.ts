/** What a vector file holds: columns of equal length under names, one case a row, one value a line. */
export type Value = number | string | boolean;

/** Columns of the rows, in the order of the first row's fields. */
export function columnsOf(
  rows: readonly Readonly<Record<string, Value | bigint>>[],
): Record<string, Value[]> {
  const names = Object.keys(rows[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => plain(row[name]!))]));
}

/** JSON that a diff shows value by value. */
export function textOf(content: unknown): string {
  return `${JSON.stringify(content, null, '\t').replaceAll('\t', '')}\n`;
}

export const hex = (value: bigint) => `0x${value.toString(16)}`;
export const hexOf = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;

/** Bigints as decimal strings: JSON numbers end at 2^53. */
const plain = (value: Value | bigint): Value => (typeof value === 'bigint' ? value.toString() : value);
