import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { run } from '../run.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'aicchain-cli-'));

class Captured extends Writable {
  text = '';

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command line, in this process. */
export async function cli(...args: string[]): Promise<Ran> {
  const stdout = new Captured();
  const stderr = new Captured();
  const code = await run(args, { stdout, stderr });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** One command line as a process of its own, as a shell runs it. */
export function shell(args: readonly string[], options: { cwd?: string } = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const ended = new Promise<Ran>((resolve) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
  return { child, ended };
}
