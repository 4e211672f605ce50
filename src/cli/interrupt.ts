import { EXIT } from './exitCodes.ts';

type CleanUp = () => Promise<void> | void;

const cleanUps = new Set<CleanUp>();
/** One Ctrl-C may arrive twice: from the terminal, and passed on by whatever started this process. */
const SAME_PRESS_MS = 1_000;

let handling = false;
let interruptedAtMs: number | undefined;

/** Whether this process is ending because it was told to; what fails meanwhile is no news. */
export const isInterrupted = (): boolean => interruptedAtMs !== undefined;

/** Registers what must be done if the command is interrupted (Ctrl-C, SIGTERM); the result takes it back. */
export function onInterrupt(cleanUp: CleanUp): () => void {
  cleanUps.add(cleanUp);
  return () => cleanUps.delete(cleanUp);
}

/** Work that an interrupt tells to stop; the process ends when the work has. */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const ended = Promise.withResolvers<void>();
  const forget = onInterrupt(() => {
    stop.abort();
    return ended.promise;
  });
  try {
    return await work(stop.signal);
  } finally {
    ended.resolve();
    forget();
  }
}

/** The first signal cleans up, last registered first, and ends with 130; a later one ends at once. */
export function handleInterrupts(): void {
  if (handling) return;
  handling = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const nowMs = performance.now();
      if (interruptedAtMs !== undefined) {
        if (nowMs - interruptedAtMs > SAME_PRESS_MS) process.exit(EXIT.interrupted);
        return;
      }
      interruptedAtMs = nowMs;
      void cleanUpAll().finally(() => process.exit(EXIT.interrupted));
    });
  }
}

async function cleanUpAll(): Promise<void> {
  for (const cleanUp of [...cleanUps].reverse()) {
    try {
      await cleanUp();
    } catch (error) {
      process.stderr.write(`while ending: ${(error as Error).message}\n`);
    }
  }
}
