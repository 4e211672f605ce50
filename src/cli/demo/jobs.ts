import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentHash, toBytes32 } from '../../agent/document.ts';
import { encodeJobSpec, type JobSpec, parseJobSpec } from '../../agent/jobSpec.ts';
import type { Submission } from '../../chain/AIWorkloads.ts';
import { MICRO_PER_AICC, neededMemoryCode, type WorkloadId } from '../../domain/index.ts';
import type { DemoWorkload } from './scenario.ts';

/** Published beside the code, so that a packed copy has it too. */
const CHAR_LM = fileURLToPath(new URL('../../../examples/jobs/char-lm.mjs', import.meta.url));
const MEMORY_MIB_PER_GPU = 2_048;
const MEMORY_MIB = 1_024;
/** Long enough to outlive a vote. */
const OPEN_ROUNDS = 120;

/** A workload that was submitted: what the chain knows of it, and what its node gets. */
export interface DemoJob {
  readonly id: WorkloadId;
  readonly plan: DemoWorkload;
  readonly spec: JobSpec;
  /** Files by the names that the spec gives them. */
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** A character-level language model, trained on the client's text. The program is an input like the text. */
export function trainingJob(plan: DemoWorkload, textFile: string): Omit<DemoJob, 'id'> {
  return job(
    plan,
    ['node', 'inputs/char-lm.mjs'],
    ['model.json', 'sample.txt', 'metrics.json'],
    [
      { name: `char-lm${extname(CHAR_LM)}`, bytes: readFileSync(CHAR_LM) },
      { name: 'text.txt', bytes: readFileSync(textFile) },
    ],
  );
}

/** Counts the words of a text: small, but as real as the other. */
export function countingJob(plan: DemoWorkload, textFile: string): Omit<DemoJob, 'id'> {
  const program = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { join } from 'node:path';
    const words = readFileSync(join(process.env.AICCHAIN_INPUT_DIR, 'text.txt'), 'utf8').match(/\\p{L}+/gu) ?? [];
    writeFileSync(join(process.env.AICCHAIN_OUTPUT_DIR, 'count.json'), JSON.stringify({ words: words.length }));
  `;
  return job(
    plan,
    ['node', 'inputs/count.mjs'],
    ['count.json'],
    [
      { name: 'count.mjs', bytes: Buffer.from(program) },
      { name: 'text.txt', bytes: readFileSync(textFile) },
    ],
  );
}

function job(
  plan: DemoWorkload,
  command: readonly string[],
  outputs: readonly string[],
  files: DemoJob['files'],
): Omit<DemoJob, 'id'> {
  const spec = parseJobSpec({
    command,
    inputs: files.map(({ name, bytes }) => ({ name, hash: contentHash(bytes), bytes: bytes.length })),
    outputs,
    gpus: plan.gpus,
    limits: { maxDurationSec: 120, memoryMiB: MEMORY_MIB, outputMB: 16 },
  });
  return { plan, spec, files };
}

export function submissionOf({ plan, spec }: Omit<DemoJob, 'id'>): Submission {
  return {
    gpus: plan.gpus,
    memoryCode: neededMemoryCode(MEMORY_MIB_PER_GPU),
    classMask: 0,
    computeGflop: plan.computeGflop,
    dataMB: plan.dataMB,
    leaseSec: 0,
    maxDurationSec: plan.maxDurationSec,
    priority: plan.priority,
    minTrustBps: 0,
    maxRetries: 2,
    budgetMicro: plan.budgetAicc * MICRO_PER_AICC,
    openRounds: OPEN_ROUNDS,
    specHash: toBytes32(contentHash(encodeJobSpec(spec))),
  };
}

export const resultFolder = (dataDir: string, plan: DemoWorkload) => join(dataDir, 'results', plan.name);
