import { formatAicc } from '../../domain/index.ts';
import type { DemoNetwork } from './DemoNetwork.ts';
import { countingJob, type DemoJob, submissionOf, trainingJob } from './jobs.ts';
import { WORKLOAD1, WORKLOAD2 } from './scenario.ts';

/** Step 2: the client locks what the work may cost. */
export async function submitWorkloads(demo: DemoNetwork): Promise<DemoJob[]> {
  const { narrator } = demo;
  narrator.step(2, 'a client submits AI workloads');
  const { textFile } = demo.options;
  const jobs: DemoJob[] = [];
  for (const job of [trainingJob(WORKLOAD1, textFile), countingJob(WORKLOAD2, textFile)]) {
    jobs.push(await submit(demo, job));
  }
  const [training] = jobs;
  for (const { name, hash, bytes } of training!.spec.inputs) {
    narrator.line(`${training!.plan.name} reads ${name}: ${bytes} bytes, ${hash.slice(0, 23)}…`);
  }
  return jobs;
}

export async function submit(demo: DemoNetwork, job: Omit<DemoJob, 'id'>): Promise<DemoJob> {
  const client = demo.as('client1');
  const submission = submissionOf(job);
  const id = await client.workloads.submit(submission);
  const { escrowMicro } = await client.workloads.get(id);
  const { plan } = job;
  demo.narrator.line(
    `${plan.name} is workload ${id}: ${plan.gpus} GPUs, ${plan.computeGflop} GFLOP, ${plan.dataMB} MB, priority ${plan.priority / 10_000}; ` +
      `${plan.budgetAicc} AICC for the work, ${formatAicc(escrowMicro)} AICC locked with fees and surcharge`,
  );
  return { ...job, id };
}
