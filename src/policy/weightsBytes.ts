import { AICChainError, FEATURES, type IntegerNetwork } from '../domain/index.ts';
import { load } from './network.ts';

/** Bytes of the published weights of a network with `hidden` units a layer. */
export const weightsLength = (hidden: number): number =>
  4 + 4 * hidden + FEATURES * hidden + 4 * hidden + hidden * hidden + 4 + hidden;

/**
 * The published weights of a network, big-endian: H, s1, s2, s3 (a byte each), b1, W1, b2, W2, b3, W3.
 * Refuses what `load` refuses.
 */
export function encodeWeights(network: IntegerNetwork): Uint8Array {
  load(network);
  const { hidden, s1, s2, s3, b1, w1, b2, w2, b3, w3 } = network;
  const bytes = new Uint8Array(weightsLength(hidden));
  bytes.set([hidden, s1, s2, s3]);
  let at = 4;
  at = writeInt32s(bytes, at, b1);
  at = writeInt8s(bytes, at, w1);
  at = writeInt32s(bytes, at, b2);
  at = writeInt8s(bytes, at, w2);
  at = writeInt32s(bytes, at, Int32Array.of(b3));
  writeInt8s(bytes, at, w3);
  return bytes;
}

/** The network of published weights. Refuses a wrong length, and what `load` refuses. */
export function decodeWeights(bytes: Uint8Array): IntegerNetwork {
  const hidden = bytes[0] ?? 0;
  if (bytes.length !== weightsLength(hidden)) {
    throw new AICChainError(
      'BadWeights',
      `weights of ${hidden} hidden units have ${bytes.length} bytes, must be ${weightsLength(hidden)}`,
      { hint: 'The layout is in docs/PROTOCOL.md, "The integer network".' },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4;
  const int32s = (count: number) => Int32Array.from({ length: count }, (_, i) => view.getInt32(at + 4 * i));
  const int8s = (count: number) => Int8Array.from({ length: count }, (_, i) => view.getInt8(at + i));
  const take = <T extends Int8Array | Int32Array>(values: T): T => {
    at += values.byteLength;
    return values;
  };
  const network: IntegerNetwork = {
    hidden,
    s1: view.getUint8(1),
    s2: view.getUint8(2),
    s3: view.getUint8(3),
    b1: take(int32s(hidden)),
    w1: take(int8s(FEATURES * hidden)),
    b2: take(int32s(hidden)),
    w2: take(int8s(hidden * hidden)),
    b3: take(int32s(1))[0]!,
    w3: take(int8s(hidden)),
  };
  load(network);
  return network;
}

function writeInt32s(bytes: Uint8Array, at: number, values: Int32Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const [i, value] of values.entries()) view.setInt32(at + 4 * i, value);
  return at + values.byteLength;
}

function writeInt8s(bytes: Uint8Array, at: number, values: Int8Array): number {
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
  return at + values.byteLength;
}
