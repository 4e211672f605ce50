import { roundAicc } from '../words.ts';
import type { DemoNetwork } from './DemoNetwork.ts';
import { countingJob, type DemoJob, submissionOf, trainingJob } from './jobs.ts';
import { WORKLOAD1, WORKLOAD2 } from './scenario.ts';

/** Step 2: the client locks what the work may cost. */
export async function submitWorkloads(demo: DemoNetwork): Promise<DemoJob[]> {
  const { narrator } = demo;
  narrator.step(2, 'a client submits AI workloads');
  const { textFile } = demo.options;
  const jobs: (DemoJob & Submitted)[] = [];
  for (const job of [trainingJob(WORKLOAD1, textFile), countingJob(WORKLOAD2, textFile)]) {
    jobs.push(await submit(demo, job));
  }
  narrator.table([
    [
      'workload',
      'GPUs',
      'compute',
      'data',
      'priority',
      'budget for the work',
      'locked, with fees and surcharge',
    ],
    ...jobs.map(({ plan, escrowMicro }) => [
      plan.name,
      String(plan.gpus),
      `${plan.computeGflop} GFLOP`,
      `${plan.dataMB} MB`,
      `${plan.priority / 10_000}`,
      `${plan.budgetAicc.toFixed(2)} AICC`,
      `${roundAicc(escrowMicro, 2)} AICC`,
    ]),
  ]);
  const [training] = jobs;
  narrator.line(
    `${training!.plan.name} trains a small language model, character by character. Its inputs, by content hash:`,
  );
  for (const { name, hash, bytes } of training!.spec.inputs) {
    narrator.line(`  ${name}, ${bytes} bytes, ${hash.slice(0, 23)}…`);
  }
  return jobs;
}

interface Submitted {
  readonly escrowMicro: number;
}

/** Submits one workload more, and says so. */
export async function submitAnother(demo: DemoNetwork, job: Omit<DemoJob, 'id'>): Promise<DemoJob> {
  const submitted = await submit(demo, job);
  const { plan } = job;
  demo.narrator.line();
  demo.narrator.line(
    `The client submits ${plan.name}: ${plan.gpus} GPUs, ${plan.computeGflop} GFLOP, ${plan.dataMB} MB, ` +
      `priority ${plan.priority / 10_000}, ${plan.budgetAicc} AICC for the work.`,
  );
  return submitted;
}

async function submit(demo: DemoNetwork, job: Omit<DemoJob, 'id'>): Promise<DemoJob & Submitted> {
  const client = demo.as('client1');
  const submission = submissionOf(job);
  const id = await client.workloads.submit(submission);
  const { escrowMicro } = await client.workloads.get(id);
  return { ...job, id, escrowMicro };
}
