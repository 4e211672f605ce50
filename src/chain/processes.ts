import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The command line of a living process, or undefined. A zombie has none. */
export function commandOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    const line =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    return line.trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ends process `pid` if its command line contains `mark`: a recorded pid may meanwhile belong to somebody else.
 * Asks first, insists after `patienceMs`. True when something was ended.
 */
export async function endProcess(pid: number, mark: string, patienceMs = 5_000): Promise<boolean> {
  const isOurs = () => commandOf(pid)?.includes(mark) ?? false;
  if (!isOurs()) return false;
  process.kill(pid, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 20) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (!isOurs()) return true;
  }
  process.kill(pid, 'SIGKILL');
  return true;
}
