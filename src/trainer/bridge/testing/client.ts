import { PassThrough } from 'node:stream';
import { type Frame, frameOf, framesOf, jsonFrame } from '../frames.ts';
import { type Hello, KIND, PROTOCOL, ROWS_HEADER_BYTES } from '../protocol.ts';
import { type Field, rowsBytes } from '../Rows.ts';
import { serve } from '../serve.ts';

export const HELLO: Hello = {
  protocol: PROTOCOL,
  environments: 2,
  autoreset: true,
  maskedAction: 'refuse',
  discountPerRound: 1,
  scenario: { horizonRounds: 8 },
};

/** A client in this process: what it sends goes through the server's own frames. */
export function connect() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const served = serve(input, output, '1.2.3');
  const answers = framesOf(output);
  const ask = async (frame: Uint8Array): Promise<Frame> => {
    input.write(frame);
    return (await answers.next()).value as Frame;
  };
  return {
    served,
    end: () => input.end(),
    ask,
    hello: (hello: object = HELLO) => ask(jsonFrame(KIND.hello, hello)),
    reset: (request: object) => ask(jsonFrame(KIND.reset, request)),
    step: (...actions: number[]) => ask(frameOf(KIND.step, new Uint8Array(Int32Array.from(actions).buffer))),
  };
}

export const json = ({ payload }: Frame) => JSON.parse(new TextDecoder().decode(payload));

const READERS = {
  f64: (view: DataView, at: number) => view.getFloat64(at * 8, true),
  i32: (view: DataView, at: number) => view.getInt32(at * 4, true),
  i16: (view: DataView, at: number) => view.getInt16(at * 2, true),
  u8: (view: DataView, at: number) => view.getUint8(at),
};
const BYTES = { f64: 8, i32: 4, i16: 2, u8: 1 };

/** The blocks of a rows frame, read by what the welcome says and by nothing else: by block and name, flat. */
export function rowsOf(fields: readonly Field[], { payload }: Frame): Record<string, number[]>[] {
  const header = new DataView(payload.buffer, payload.byteOffset);
  let at = ROWS_HEADER_BYTES;
  return [header.getUint32(0, true), header.getUint32(4, true)].map((count) => {
    const block: Record<string, number[]> = {};
    const end = at + rowsBytes(fields, count);
    for (const { name, type, shape } of fields) {
      const length = shape.reduce((product, n) => product * n, count);
      const view = new DataView(payload.buffer, payload.byteOffset + at, length * BYTES[type]);
      block[name] = Array.from({ length }, (_, i) => READERS[type](view, i));
      at += Math.ceil((length * BYTES[type]) / 8) * 8;
    }
    if (at !== end) throw new Error(`the block ends at ${at}, not ${end}`);
    return block;
  });
}
