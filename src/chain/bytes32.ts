import { bytesToString, hexToBytes, stringToHex } from 'viem/utils';
import { AICChainError } from '../domain/errors.ts';
import type { Hex } from '../domain/ids.ts';

/** Text of a bytes32, without the zeros behind it. */
export const bytes32Text = (word: Hex): string => bytesToString(hexToBytes(word)).replace(/\0+$/, '');

/** A short text as a bytes32. */
export function textBytes32(text: string): Hex {
  if (new TextEncoder().encode(text).length > 32) {
    throw new AICChainError('NAME_TOO_LONG', `"${text}" is longer than 32 bytes`);
  }
  return stringToHex(text, { size: 32 });
}
