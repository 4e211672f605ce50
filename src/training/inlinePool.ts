import { PpoWorker } from './PpoWorker.ts';
import type { OpenPool } from './WorkerPool.ts';

/** This thread alone. */
export const inlinePool: OpenPool = {
  workers: 1,
  async open(setup) {
    const worker = new PpoWorker(setup, 0);
    return { run: async (task) => [worker.do(task)], close: async () => {} };
  },
};
