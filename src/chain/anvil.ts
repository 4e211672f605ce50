import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer, type Socket } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AICChainError } from '../domain/errors.ts';

const UP_WITHIN_MS = 20_000;

/** One anvil process and the watchdog that ends it should this process vanish. */
export class Anvil {
  readonly pid: number;
  readonly #stateFile: string;
  #port: number;
  readonly #child: ChildProcess;
  readonly #watchdog: ChildProcess;
  #complaint = '';

  /**
   * On `port`; 0: on one that the system gives it. (To look for a free port beforehand is not enough: two that look at the
   * same moment find the same one, and then the loser talks to the winner's chain.)
   */
  constructor(stateFile: string, port: number, args: readonly string[]) {
    this.#stateFile = stateFile;
    this.#port = port;
    // Detached: Ctrl-C in a terminal then reaches the owner alone, who ends the chain last.
    const listening = ['--host', '127.0.0.1', '--port', String(port)];
    // What it prints as it starts names the port.
    const quiet = port === 0 ? [] : ['--silent'];
    this.#child = spawn(anvilBinary(), [...args, ...listening, ...quiet], {
      stdio: ['ignore', port === 0 ? 'pipe' : 'ignore', 'pipe'],
      detached: true,
    });
    this.#readPort();
    this.#child.on('error', (error) => {
      this.#complaint += error.message;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-2_000);
    });
    if (this.#child.pid === undefined)
      throw new AICChainError('CHAIN_START', 'anvil does not start on this machine');
    this.pid = this.#child.pid;
    this.#watchdog = spawn(process.execPath, [watchdogFile(), String(this.pid), stateFile], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    // Neither process keeps its owner alive.
    for (const handle of [this.#child, this.#watchdog]) handle.unref();
    (this.#child.stdout as Socket | null)?.unref();
    (this.#child.stderr as Socket | null)?.unref();
    (this.#watchdog.stdin as Socket | null)?.unref();
  }

  get port(): number {
    return this.#port;
  }

  get rpcUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  #readPort(): void {
    let head = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      // What comes later is read and thrown away: a full pipe would stop the chain.
      if (this.#port !== 0) return;
      head += text;
      const [, port] = /Listening on 127\.0\.0\.1:(\d+)\s/.exec(head) ?? [];
      if (port !== undefined) this.#port = Number(port);
    });
  }

  /** Resolves when the chain answers; rejects with the reason when it ended instead. */
  async untilUp(): Promise<void> {
    const deadline = Date.now() + UP_WITHIN_MS;
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
    const headers = { 'content-type': 'application/json' };
    while (this.#child.exitCode === null && this.#child.signalCode === null && Date.now() < deadline) {
      if (this.#port !== 0) {
        const signal = AbortSignal.timeout(2_000);
        const answer = await fetch(this.rpcUrl, { method: 'POST', headers, body, signal }).catch(
          () => undefined,
        );
        if (answer?.ok) return;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await this.stop();
    throw this.#startError();
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.ref();
      this.#child.kill('SIGTERM');
      const insist = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(insist);
    }
    this.#watchdog.stdin?.destroy();
  }

  #startError(): AICChainError {
    const complaint = this.#complaint;
    if (/address already in use|os error 98/i.test(complaint)) return portTaken(this.#port, complaint);
    if (/--state|failed to parse|json/i.test(complaint)) {
      return new AICChainError('STATE_CORRUPTED', `the chain's state ${this.#stateFile} cannot be read`, {
        hint: `Put ${this.#stateFile}.last-start in its place if there is one, or start with --reset: it moves the folder aside and begins anew.`,
        cause: complaint,
      });
    }
    const what = complaint.trim().split('\n')[0] || `no answer within ${UP_WITHIN_MS / 1_000} s`;
    return new AICChainError('CHAIN_START', `the embedded chain did not start: ${what}`);
  }
}

/** `port` if nobody listens on it, for 0 any that is free; now: whoever is to listen there may find it taken. */
export function freePort(port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) => reject(portTaken(port, cause)));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as { port: number };
      server.close(() => resolve(address.port));
    });
  });
}

const portTaken = (port: number, cause: unknown) =>
  new AICChainError('PORT_TAKEN', `port ${port} is taken by another process`, {
    hint: 'Name another one with --port, or --port 0 for any free one.',
    cause,
    retryable: true,
  });

function anvilBinary(): string {
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch;
  const platform = `${process.platform}-${cpu}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${platform}/package.json`);
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil');
  } catch (cause) {
    throw new AICChainError('NO_EMBEDDED_CHAIN', `this platform (${platform}) has no embedded chain`, {
      hint: 'Use --rpc URL of a chain that runs elsewhere.',
      cause,
    });
  }
}

/** Beside this file: TypeScript in the repository, JavaScript in the published package. */
const watchdogFile = () =>
  fileURLToPath(new URL(`./watchdog${extname(fileURLToPath(import.meta.url))}`, import.meta.url));
