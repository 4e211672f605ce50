import { AICChainError } from '../../domain/errors.ts';
import { FRAME_HEADER_BYTES, LONGEST_REQUEST_BYTES } from './protocol.ts';

export interface Frame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** The frames of a stream of bytes, however it is cut into chunks. A stream that ends within a frame just ends. */
export async function* framesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let held: Uint8Array = new Uint8Array(0);
  for await (const chunk of input) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      if (held.length < FRAME_HEADER_BYTES) break;
      const view = new DataView(held.buffer, held.byteOffset);
      const length = view.getUint32(0, true);
      if (length > LONGEST_REQUEST_BYTES) throw tooLong(length);
      const end = FRAME_HEADER_BYTES + length;
      if (held.length < end) break;
      yield { kind: view.getUint32(4, true), payload: held.subarray(FRAME_HEADER_BYTES, end) };
      held = held.subarray(end);
    }
  }
}

export function frameOf(kind: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(frame, kind, payload.length);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

export const jsonFrame = (kind: number, value: unknown): Uint8Array =>
  frameOf(kind, new TextEncoder().encode(JSON.stringify(value)));

export function writeFrameHeader(frame: Uint8Array, kind: number, length: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset);
  view.setUint32(0, length, true);
  view.setUint32(4, kind, true);
}

function tooLong(length: number): AICChainError {
  return new AICChainError('BRIDGE_FRAME', `a frame of ${length} bytes is longer than any request`, {
    hint: 'Whatever writes to `aicchain env serve` does not speak its protocol: use the Python package of this version.',
  });
}
