import { AICChainError } from '../domain/index.ts';

/**
 * The safetensors format, as far as policies need it: 8 bytes little-endian length of the header, the header (JSON: name →
 * dtype, shape, data_offsets; `__metadata__`: text → text), the values, little-endian, rows first. No npm library reads it.
 */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Tensor {
  readonly shape: readonly number[];
  /** The type of the array is the dtype: I8, I32 or F32. */
  readonly values: Int8Array | Int32Array | Float32Array;
}

type Dtype = 'I8' | 'I32' | 'F32';

const BYTES: Readonly<Record<Dtype, number>> = { I8: 1, I32: 4, F32: 4 };
/** Far more than six tensors need. */
const MAX_HEADER = 64 * 1_024;
const PREFIX = 8;

/** Reads a file; every number in it is checked before it is used. Refuses other dtypes by the name of their tensor. */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX) refuse(`it has ${bytes.length} bytes, must have at least ${PREFIX}`);
  const length = view.getBigUint64(0, true);
  if (length > MAX_HEADER)
    refuse(`its header says that it has ${length} bytes, must be at most ${MAX_HEADER}`);
  const dataAt = PREFIX + Number(length);
  if (dataAt > bytes.length)
    refuse(`its header has ${length} bytes, but only ${bytes.length - PREFIX} follow`);
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(PREFIX, dataAt));
  const tensors = Object.entries(entries).map(([name, entry]) => ({ name, ...placeOf(name, entry) }));
  requireGapless(tensors, bytes.length - dataAt);
  const read = tensors.map(({ name, dtype, shape, begin, end }) => {
    const values = readValues(dtype, view, dataAt + begin, (end - begin) / BYTES[dtype]);
    return [name, { shape, values }] as const;
  });
  return { tensors: new Map(read), metadata: textsOf(metadata) };
}

/** Writes a file: the same tensors give the same bytes, wider types first so that all are aligned, then by name. */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const ordered = [...tensors].sort(
    ([a, x], [b, y]) => y.values.BYTES_PER_ELEMENT - x.values.BYTES_PER_ELEMENT || (a < b ? -1 : 1),
  );
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, values }] of ordered) {
    const begin = end;
    end += values.byteLength;
    header[name] = { dtype: dtypeOf(values), shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX + headerLength + end).fill(0x20, PREFIX, PREFIX + headerLength);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  bytes.set(text, PREFIX);
  let at = PREFIX + headerLength;
  for (const [, { values }] of ordered) {
    writeValues(values, view, at);
    at += values.byteLength;
  }
  return bytes;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refuse('its header is no JSON');
  }
  return isObject(header) ? header : refuse('its header is no JSON object');
}

interface TensorPlace {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function placeOf(name: string, entry: unknown): TensorPlace {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = isObject(entry) ? entry : refuseTensor(name, 'is no object');
  if (!isDtype(dtype)) return refuseTensor(name, `is of dtype ${told(dtype)}, must be I8, I32 or F32`);
  if (!isCounts(shape)) return refuseTensor(name, `has no shape of whole numbers: ${told(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2)
    return refuseTensor(name, `has no two data_offsets: ${told(offsets)}`);
  const [begin, end] = offsets as [number, number];
  const need = shape.reduce((product, size) => product * size, BYTES[dtype]);
  if (end - begin !== need)
    return refuseTensor(name, `of ${dtype} and shape [${shape}] has ${end - begin} bytes, must have ${need}`);
  return { dtype, shape, begin, end };
}

/** Tensors follow one another from the first byte of the data to the last: nothing overlaps, nothing is hidden. */
function requireGapless(tensors: readonly (TensorPlace & { name: string })[], dataLength: number): void {
  let at = 0;
  for (const { name, begin, end } of [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      refuseTensor(name, `begins at byte ${begin}, must begin at ${at}, where the last one ends`);
    if (end > dataLength) refuseTensor(name, `ends at byte ${end}, but there are only ${dataLength}`);
    at = end;
  }
  if (at !== dataLength) refuse(`its tensors have ${at} bytes, but ${dataLength} follow the header`);
}

function readValues(dtype: Dtype, view: DataView, at: number, count: number): Tensor['values'] {
  const place = (i: number) => at + i * BYTES[dtype];
  if (dtype === 'I8') return Int8Array.from({ length: count }, (_, i) => view.getInt8(place(i)));
  if (dtype === 'I32') return Int32Array.from({ length: count }, (_, i) => view.getInt32(place(i), true));
  return Float32Array.from({ length: count }, (_, i) => view.getFloat32(place(i), true));
}

function writeValues(values: Tensor['values'], view: DataView, at: number): void {
  for (const [i, value] of values.entries()) {
    const place = at + i * values.BYTES_PER_ELEMENT;
    if (values instanceof Int8Array) view.setInt8(place, value);
    else if (values instanceof Int32Array) view.setInt32(place, value, true);
    else view.setFloat32(place, value, true);
  }
}

export function dtypeOf(values: Tensor['values']): Dtype {
  if (values instanceof Int8Array) return 'I8';
  return values instanceof Int32Array ? 'I32' : 'F32';
}

function textsOf(metadata: unknown): Record<string, string> {
  const isTexts = isObject(metadata) && Object.values(metadata).every((text) => typeof text === 'string');
  return isTexts ? (metadata as Record<string, string>) : refuse('its metadata are not texts by name');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isDtype = (value: unknown): value is Dtype => typeof value === 'string' && Object.hasOwn(BYTES, value);
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
const told = (value: unknown): string => (JSON.stringify(value) ?? 'none').slice(0, 60);

const refuseTensor = (name: string, what: string): never => refuse(`tensor \`${name.slice(0, 60)}\` ${what}`);

function refuse(what: string): never {
  throw new AICChainError('BadSafetensors', `no safetensors file that can be read: ${what}`, {
    hint: 'Write it with the safetensors library; docs/policy.md, "Trained elsewhere", has an example.',
  });
}
