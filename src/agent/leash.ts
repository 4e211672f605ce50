const PATIENCE_MS = 10_000;

/**
 * Ends this process in order on SIGTERM and SIGINT, and also when whoever started it is gone: its pid is dead, or its
 * end of our standard input closed. So nothing outlives the command that it belongs to.
 */
export function endWith(options: {
  readonly parentPid: number | undefined;
  readonly stdin: boolean;
  readonly end: () => Promise<void>;
}): void {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    // A chain that hangs must not keep us: jobs end with this process in any case.
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
    void options.end();
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // Whoever read our output may be gone first.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const { parentPid } = options;
  if (parentPid !== undefined) setInterval(() => isAlive(parentPid) || end(), 250).unref();
  if (options.stdin) {
    process.stdin.resume();
    process.stdin.on('close', end);
    process.stdin.on('error', end);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
