import { execFile } from 'node:child_process';
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';

export type Isolation = 'bubblewrap' | 'none';

/** What programs and libraries of the system lie in; on most systems all but the first are links into it. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** What programs need of /etc. No accounts, no keys, no names of machines. */
const ETC = [
  '/etc/alternatives',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
];
/** What libraries ask about GPUs. */
const GPU_FACTS = ['/sys/bus', '/sys/class', '/sys/devices', '/sys/module', '/etc/OpenCL'];

/** Bubblewrap where it is installed and really works (many containers forbid it): one sandbox is started to find out. */
export async function detectIsolation(): Promise<Isolation> {
  const [command, ...args] = sandboxed(['true'], { workDir: tmpdir(), gpus: false, memoryMiB: 16 });
  return new Promise((resolve) => {
    execFile(command!, args, { timeout: 5_000 }, (error) => resolve(error === null ? 'bubblewrap' : 'none'));
  });
}

export interface Sandbox {
  /** The one folder where the job may write. */
  readonly workDir: string;
  readonly gpus: boolean;
  /** Of /tmp and /dev/shm each: they are memory. */
  readonly memoryMiB: number;
  /** Descriptor that the job's environment is read from, as `environmentArgs` gives it. None without. */
  readonly environmentFd?: number;
}

/**
 * The command that runs `command` with nothing of this machine but its programs: an empty root with the system's
 * folders, this Node and the work folder, no network, no other processes, no home, no data of the agent or of others.
 */
export function sandboxed(command: readonly string[], sandbox: Sandbox): string[] {
  const { workDir, environmentFd } = sandbox;
  const memory = ['--perms', '1777', '--size', String(sandbox.memoryMiB * 2 ** 20), '--tmpfs'];
  const gpus = sandbox.gpus ? gpuDevices() : [];
  return [
    'bwrap',
    ...['--unshare-all', '--die-with-parent', '--new-session', '--hostname', 'job', '--clearenv'],
    ...SYSTEM.flatMap(asItIs),
    ...ETC.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--proc', '/proc', '--dev', '/dev', ...memory, '/dev/shm', ...memory, '/tmp'],
    ...gpus.flatMap((path) => ['--dev-bind-try', path, path]),
    ...(gpus.length > 0 ? GPU_FACTS.flatMap((path) => ['--ro-bind-try', path, path]) : []),
    // The file alone: what else lies beside it may be anything.
    ...['--ro-bind', process.execPath, process.execPath],
    ...['--bind', workDir, workDir, '--chdir', workDir],
    // The empty root and /dev are memory too.
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...(environmentFd === undefined ? [] : ['--args', String(environmentFd)]),
    '--',
    ...command,
  ];
}

/**
 * The environment as bubblewrap reads it. Not as its own environment: a variable like LD_PRELOAD would have it load the
 * job's code before there is a sandbox. Not as arguments: everyone on the machine could read them.
 */
export function environmentArgs(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `--setenv\0${name}\0${value}\0`)
    .join('');
}

/** Whether a program that is there on this machine is there in the sandbox too. */
export function isProgramInSandbox(path: string, workDir: string): boolean {
  const folders = [...SYSTEM, workDir].map((folder) => `${folder}/`);
  return path === process.execPath || folders.some((folder) => path.startsWith(folder));
}

/** A system folder, or the link that stands for it. */
function asItIs(path: string): string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  return stat.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}

function gpuDevices(): string[] {
  return readdirSync('/dev')
    .filter((name) => /^(nvidia.*|dri|kfd)$/.test(name))
    .map((name) => `/dev/${name}`);
}
