import { AICChainError } from '../domain/errors.ts';
import { type ContentHash, canonicalDocument, isContentHash } from './document.ts';

export interface JobInput {
  /** File name in the input folder. */
  readonly name: string;
  readonly hash: ContentHash;
  readonly bytes: number;
  /** Where the node may fetch it, if the client does not upload it (only nodes that allow it do). */
  readonly url?: string;
}

export interface JobLimits {
  /** Wall clock of the run. */
  readonly maxDurationSec: number;
  /** Of all processes of the job together. */
  readonly memoryMiB: number;
  /** Of all files that the job writes into its folder, outputs and others together. */
  readonly outputMB: number;
}

/**
 * What a client hands to the node that was matched. Its canonical bytes hash (sha256) to the specHash on chain,
 * so neither side can change it later.
 */
export interface JobSpec {
  /** For drivers that run containers; the process driver needs a command. */
  readonly image?: string;
  readonly command: readonly string[];
  readonly inputs: readonly JobInput[];
  /** Files that the job must leave in its output folder. */
  readonly outputs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly gpus: number;
  readonly limits: JobLimits;
}

/** The bytes that are hashed and handed over. */
export function encodeJobSpec(spec: JobSpec): Buffer {
  return canonicalDocument(spec);
}

/** Reads what `encodeJobSpec` wrote. */
export function decodeJobSpec(bytes: Uint8Array): JobSpec {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AICChainError('BAD_JOB_SPEC', 'the job spec is not JSON in UTF-8', { cause });
  }
  return parseJobSpec(value);
}

/**
 * Checks every field and fills in defaults; the error names the field that is wrong.
 * @example parseJobSpec({ command: ['node', 'train.mjs'], outputs: ['model.json'], gpus: 1 })
 */
export function parseJobSpec(value: unknown): JobSpec {
  const spec = record(value, 'job spec');
  refuseUnknown(spec, ['image', 'command', 'inputs', 'outputs', 'env', 'gpus', 'limits'], '');
  const image = spec.image === undefined ? undefined : text(spec.image, 'image', 512);
  const command = list(spec.command ?? [], 'command', 256).map((v, i) => text(v, `command[${i}]`, 8192));
  if (image === undefined && command.length === 0) throw bad('command', 'is empty, and there is no image');
  const inputs = list(spec.inputs ?? [], 'inputs', 1024).map(parseInput);
  const outputs = list(spec.outputs ?? [], 'outputs', 1024).map((v, i) => fileName(v, `outputs[${i}]`));
  refuseTwice(
    inputs.map((input) => input.name),
    'inputs',
  );
  refuseTwice(outputs, 'outputs');
  return {
    ...(image === undefined ? {} : { image }),
    command,
    inputs,
    outputs,
    env: parseEnv(spec.env ?? {}),
    gpus: integer(spec.gpus ?? 1, 'gpus', 1, 4095),
    limits: parseLimits(spec.limits ?? {}),
  };
}

function parseInput(value: unknown, index: number): JobInput {
  const at = `inputs[${index}]`;
  const input = record(value, at);
  refuseUnknown(input, ['name', 'hash', 'bytes', 'url'], `${at}.`);
  const name = fileName(input.name, `${at}.name`);
  const hash = input.hash;
  if (!isContentHash(hash)) throw bad(`${at}.hash`, `is ${show(hash)}, not "sha256:<64 hex digits>"`);
  const bytes = integer(input.bytes, `${at}.bytes`, 0, 2 ** 40);
  if (input.url === undefined) return { name, hash, bytes };
  const url = text(input.url, `${at}.url`, 2048);
  if (!/^https?:\/\//.test(url)) throw bad(`${at}.url`, `is ${show(url)}, not an http(s) address`);
  return { name, hash, bytes, url };
}

function parseEnv(value: unknown): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, v] of Object.entries(record(value, 'env'))) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(key)) throw bad(`env.${key}`, 'is not a variable name');
    if (key.startsWith('AICCHAIN_')) throw bad(`env.${key}`, 'is reserved for the node');
    env[key] = text(v, `env.${key}`, 32_768, 0);
  }
  return env;
}

function parseLimits(value: unknown): JobLimits {
  const limits = record(value, 'limits');
  refuseUnknown(limits, ['maxDurationSec', 'memoryMiB', 'outputMB'], 'limits.');
  return {
    maxDurationSec: integer(limits.maxDurationSec ?? 3600, 'limits.maxDurationSec', 1, 2 ** 32 - 1),
    memoryMiB: integer(limits.memoryMiB ?? 4096, 'limits.memoryMiB', 16, 2 ** 24),
    outputMB: integer(limits.outputMB ?? 1024, 'limits.outputMB', 1, 2 ** 24),
  };
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw bad(field, `is ${show(value)}, not an object`);
  return value as Record<string, unknown>;
}

function list(value: unknown, field: string, most: number): unknown[] {
  if (!Array.isArray(value)) throw bad(field, `is ${show(value)}, not a list`);
  if (value.length > most) throw bad(field, `has ${value.length} items, more than ${most}`);
  return value;
}

function text(value: unknown, field: string, longest: number, shortest = 1): string {
  if (typeof value !== 'string') throw bad(field, `is ${show(value)}, not a string`);
  if (value.length < shortest || value.length > longest)
    throw bad(field, `has ${value.length} characters, not ${shortest} to ${longest}`);
  if (value.includes('\0')) throw bad(field, 'contains a zero byte');
  return value;
}

function integer(value: unknown, field: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
    throw bad(field, `is ${show(value)}, not an integer from ${min} to ${max}`);
  return value;
}

function fileName(value: unknown, field: string): string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(value))
    throw bad(field, `is ${show(value)}, not a plain file name (letters, digits, . _ -)`);
  return value;
}

function refuseUnknown(value: Record<string, unknown>, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw bad(`${prefix}${unknown}`, `is unknown; known are ${known.join(', ')}`);
}

function refuseTwice(names: readonly string[], field: string): void {
  const index = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (index >= 0) throw bad(`${field}[${index}]`, `names ${names[index]} a second time`);
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value)?.slice(0, 80) ?? typeof value);
}

function bad(field: string, problem: string): AICChainError {
  return new AICChainError('BAD_JOB_SPEC', `${field} ${problem}`, {
    hint: `Correct ${field} in the job spec.`,
  });
}
