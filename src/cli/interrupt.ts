import { EXIT } from './exitCodes.ts';

type CleanUp = () => Promise<void> | void;

const cleanUps = new Set<CleanUp>();
let handling = false;
let interrupted = false;

/** Registers what must be done if the command is interrupted (Ctrl-C, SIGTERM); the result takes it back. */
export function onInterrupt(cleanUp: CleanUp): () => void {
  cleanUps.add(cleanUp);
  return () => cleanUps.delete(cleanUp);
}

/** The first signal cleans up, last registered first, and ends with 130; a second one ends at once. */
export function handleInterrupts(): void {
  if (handling) return;
  handling = true;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupted) process.exit(EXIT.interrupted);
      interrupted = true;
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
