import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LARGEST_CODED, SMALLEST_CODED } from '../domain/codes.ts';
import { parseAicc } from '../domain/units.ts';
import { parseDuration } from './duration.ts';
import { type Fields, YamlFile } from './yamlFile.ts';

/** A workload file, understood. */
export interface Spec {
  readonly file: string;
  readonly name: string;
  readonly image: string | undefined;
  readonly command: readonly string[];
  readonly inputs: readonly SpecInput[];
  readonly outputs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly gpus: number;
  readonly memoryMiBPerGpu: number;
  /** 0 for a lease. */
  readonly computeGflop: number;
  /** 0 for a job. */
  readonly leaseSec: number;
  readonly dataMB: number;
  /** 0..10000. */
  readonly priority: number;
  /** Either what it may cost in all, or what the work itself may cost, fees on top. */
  readonly budget: { readonly totalMicro: number } | { readonly forWorkMicro: number };
  readonly maxDurationSec: number;
  readonly minTrustBps: number;
  /** Names of hardware classes; none: any. Where they stand in the file, for whoever finds one unknown. */
  readonly classes: readonly string[];
  readonly classesPlace: string;
  readonly retries: number;
  readonly openForSec: number;
  /** Of the machine, for all GPUs together. */
  readonly memoryMiB: number;
  readonly outputMB: number;
}

export interface SpecInput {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
}

const FIELDS = [
  'name',
  'image',
  'command',
  'inputs',
  'outputs',
  'env',
  'gpus',
  'memoryMiBPerGpu',
  'computeTflop',
  'lease',
  'dataMB',
  'priority',
  'budget',
  'budgetForWork',
  'maxDuration',
  'minTrust',
  'classes',
  'retries',
  'openFor',
  'memoryMiB',
  'outputMB',
];
const MAX_U32 = 2 ** 32 - 1;
const MAX_GFLOP = 2 ** 48 - 1;
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;

/** Reads a workload file. Everything that is wrong with it is told at once, each with line and column. */
export function readSpec(file: string): Spec {
  const yaml = new YamlFile(file);
  const fields = yaml.root(FIELDS);
  const inputs = readInputs(fields, dirname(resolve(file)));
  const command = readCommand(fields);
  const image = fields.text('image');
  if (!fields.has('command') && !fields.has('image'))
    fields.refuse('command', 'is missing: say what to run, or which image');
  const work = readWork(fields);
  const budget = readBudget(fields);
  const spec = {
    file,
    name: fields.text('name') ?? 'workload',
    image,
    command,
    inputs,
    outputs: readNames(fields, 'outputs'),
    env: fields.textMap('env') ?? {},
    gpus: fields.integer('gpus', 1, 4_095) ?? 1,
    memoryMiBPerGpu: fields.integer('memoryMiBPerGpu', SMALLEST_CODED, LARGEST_CODED) ?? 1_024,
    ...work,
    dataMB: fields.integer('dataMB', 0, MAX_U32) ?? megabytes(inputs),
    priority: Math.round((fields.number('priority', 0, 1) ?? 0.5) * 10_000),
    budget,
    maxDurationSec: readDuration(fields, 'maxDuration') ?? Math.max(86_400, work.leaseSec),
    minTrustBps: Math.round((fields.number('minTrust', 0, 1) ?? 0) * 10_000),
    classes: fields.texts('classes') ?? [],
    classesPlace: fields.place('classes'),
    retries: fields.integer('retries', 0, 3) ?? 1,
    openForSec: readDuration(fields, 'openFor') ?? 600,
    memoryMiB: fields.integer('memoryMiB', 16, 2 ** 24) ?? 4_096,
    outputMB: fields.integer('outputMB', 1, 2 ** 24) ?? 1_024,
  };
  if (spec.leaseSec > spec.maxDurationSec)
    fields.refuse('maxDuration', `is shorter than the lease of ${spec.leaseSec} s`);
  yaml.throwProblems();
  return spec;
}

/** A list is a program with its arguments; a text is for a shell. */
function readCommand(fields: Fields): string[] {
  if (!fields.isScalar('command')) return fields.texts('command') ?? [];
  const line = fields.text('command');
  return line === undefined ? [] : ['sh', '-c', line];
}

function readNames(fields: Fields, name: string): string[] {
  const names = fields.texts(name) ?? [];
  const wrong = names.find((one, i) => !FILE_NAME.test(one) || names.indexOf(one) !== i);
  if (wrong !== undefined)
    fields.refuse(name, `"${wrong}" must be a plain file name (letters, digits, . _ -), named once`);
  return names;
}

function readInputs(fields: Fields, folder: string): SpecInput[] {
  const inputs: SpecInput[] = [];
  for (const one of fields.maps('inputs', ['name', 'path']) ?? []) {
    const path = one.text('path');
    if (path === undefined) {
      if (!one.has('path')) one.refuse('path', 'is missing');
      continue;
    }
    const name = one.text('name') ?? path.split(/[\\/]/).at(-1)!;
    if (!FILE_NAME.test(name))
      one.refuse('name', `"${name}" must be a plain file name (letters, digits, . _ -)`);
    if (inputs.some((other) => other.name === name)) one.refuse('name', `"${name}" is named twice`);
    const full = resolve(folder, path);
    const stat = statSync(full, { throwIfNoEntry: false });
    if (stat?.isFile()) inputs.push({ name, path: full, bytes: stat.size });
    else one.refuse('path', stat ? `${full} is not a file` : `there is no file ${full}`);
  }
  return inputs;
}

/** How much work: an amount of computing, or a time. */
function readWork(fields: Fields): { computeGflop: number; leaseSec: number } {
  const isLease = fields.has('lease');
  if (isLease === fields.has('computeTflop')) {
    const what = isLease
      ? 'is beside `lease`: a workload has one of the two'
      : 'is missing: say how much work it is, or `lease` for how long';
    fields.refuse('computeTflop', what);
  }
  if (isLease) return { computeGflop: 0, leaseSec: readDuration(fields, 'lease') ?? 0 };
  const tflop = fields.number('computeTflop', 0.001, MAX_GFLOP / 1_000) ?? 0;
  // Up to the next GFLOP, as far as a decimal fraction is exact.
  return { computeGflop: Math.ceil(Math.round(tflop * 1e6) / 1e3), leaseSec: 0 };
}

function readBudget(fields: Fields): Spec['budget'] {
  if (fields.has('budget') && fields.has('budgetForWork')) {
    fields.refuse('budgetForWork', 'is beside `budget`: say one of the two');
  }
  const name = fields.has('budgetForWork') ? 'budgetForWork' : 'budget';
  const micro = readAicc(fields, name) ?? 0;
  if (!fields.has(name)) fields.refuse('budget', 'is missing: say what the workload may cost, in AICC');
  return name === 'budget' ? { totalMicro: micro } : { forWorkMicro: micro };
}

function readAicc(fields: Fields, name: string): number | undefined {
  const text = fields.written(name, 'an amount of AICC');
  if (text === undefined) return undefined;
  try {
    const micro = parseAicc(text);
    return micro > 0 ? micro : fields.refuse(name, 'must be more than 0');
  } catch {
    return fields.refuse(name, `must be an amount of AICC like 12.5, at most six decimals, not ${text}`);
  }
}

function readDuration(fields: Fields, name: string): number | undefined {
  const text = fields.written(name, 'a duration');
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds === undefined)
    return fields.refuse(name, `must be a duration like 90s, 15m, 2h or 1h30m, not ${text}`);
  return seconds >= 1 && seconds <= MAX_U32
    ? seconds
    : fields.refuse(name, `must be from 1 s to ${MAX_U32} s, not ${text}`);
}

const megabytes = (inputs: readonly SpecInput[]) =>
  Math.ceil(inputs.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6);
