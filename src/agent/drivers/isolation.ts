import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';

export type Isolation = 'bubblewrap' | 'none';

const NAMESPACES = ['--unshare-all', '--die-with-parent', '--new-session'];
const ROOT = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'];

/** Bubblewrap where it is installed and really works (many containers forbid it): one sandbox is started to find out. */
export async function detectIsolation(): Promise<Isolation> {
  return new Promise((resolve) => {
    execFile('bwrap', [...NAMESPACES, ...ROOT, 'true'], { timeout: 5_000 }, (error) =>
      resolve(error === null ? 'bubblewrap' : 'none'),
    );
  });
}

/**
 * The command that runs `command` without network, on a read-only root with a private /tmp, in its own process
 * space; of `hidden` folders it sees only what lies in `workDir`, the one place where it may write.
 */
export function sandboxed(
  command: readonly string[],
  options: { workDir: string; hidden: readonly string[]; gpus: boolean },
): string[] {
  const hide = options.hidden.flatMap((folder) => ['--tmpfs', folder]);
  const devices = options.gpus ? gpuDevices().flatMap((path) => ['--dev-bind-try', path, path]) : [];
  const work = ['--bind', options.workDir, options.workDir, '--chdir', options.workDir];
  return ['bwrap', ...NAMESPACES, ...ROOT, ...devices, ...hide, ...work, '--', ...command];
}

function gpuDevices(): string[] {
  return readdirSync('/dev')
    .filter((name) => /^(nvidia.*|dri|kfd)$/.test(name))
    .map((name) => `/dev/${name}`);
}
