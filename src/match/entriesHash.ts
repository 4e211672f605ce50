import { keccak_256 } from '@noble/hashes/sha3';
import { bytesToHex } from '@noble/hashes/utils';
import type { Hex } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';

const WORD = 32;

/** keccak256(abi.encode(entries)) of the Solidity `Entry[]`: what the chain keeps of a round. */
export function entriesHash(entries: readonly Entry[]): Hex {
  return `0x${bytesToHex(keccak_256(encodeEntries(entries)))}`;
}

/** abi.encode of a dynamic array of static structs: offset, length, then seven words an entry. */
export function encodeEntries(entries: readonly Entry[]): Uint8Array {
  const words = [WORD, entries.length];
  for (const { workload, node, uMicro, vMicro, priceMicro, next, rank } of entries) {
    words.push(workload, node, uMicro, vMicro, priceMicro, next, rank);
  }
  const bytes = new Uint8Array(words.length * WORD);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    if (!Number.isSafeInteger(word) || word < 0)
      throw new RangeError(`${word} is not an unsigned integer below 2^53`);
    view.setBigUint64((i + 1) * WORD - 8, BigInt(word));
  });
  return bytes;
}
