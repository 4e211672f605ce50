/** What a thread of `threadPool` runs: one worker, task after task. */
import { workerData } from 'node:worker_threads';
import { PpoWorker } from '../training/PpoWorker.ts';
import type { Task, WorkerSetup } from '../training/WorkerPool.ts';
import { answering } from './answering.ts';

const { setup, worker } = workerData as { readonly setup: WorkerSetup; readonly worker: number };
const own = new PpoWorker(setup, worker);

answering((task: Task): unknown => own.do(task));
