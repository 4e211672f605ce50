import { AICChainError } from './errors.ts';

/** A packed word: field names and widths in bits, low bits first. */
export type Layout<Name extends string> = readonly (readonly [name: Name, bits: number])[];

/** Packs unsigned fields into one word; a field that is missing, negative or too wide is refused by name. */
export function packWord<Name extends string>(
  layout: Layout<Name>,
  fields: Readonly<Record<Name, number>>,
): bigint {
  let word = 0n;
  let shift = 0n;
  for (const [name, bits] of layout) {
    const value = fields[name];
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits)
      throw new AICChainError('FieldOutOfRange', `${name} ${value} is not an integer of ${bits} bits`);
    word |= BigInt(value) << shift;
    shift += BigInt(bits);
  }
  return word;
}

/** The fields of a word. Bits above the layout are ignored, as on chain. */
export function unpackWord<Name extends string>(layout: Layout<Name>, word: bigint): Record<Name, number> {
  const fields = {} as Record<Name, number>;
  let rest = word;
  for (const [name, bits] of layout) {
    fields[name] = Number(BigInt.asUintN(bits, rest));
    rest >>= BigInt(bits);
  }
  return fields;
}
