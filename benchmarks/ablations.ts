/**
 * npm run bench:ablations: what each part of learning brings: held-out gain over price alone in the certified round, openb-like
 * market of 16 nodes at load 1, every variant from the same seeds and with about the same time. `…GainPercent` is the median over
 * training seeds; its spread tells how much a seed matters.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { VARIANTS } from './ablations/variants.ts';
import { type Figures, median, type Options, report } from './report.ts';

const SEEDS = [1, 2, 3];
const PROGRAM = fileURLToPath(new URL('./ablations/variants.ts', import.meta.url));

interface Trained {
  readonly variant: string;
  readonly gain: number;
}

async function measure({ quick }: Options): Promise<Figures> {
  const tasks = Object.keys(VARIANTS).flatMap((variant) =>
    (quick ? SEEDS.slice(0, 1) : SEEDS).map((seed) => ({ variant, seed })),
  );
  const found: Trained[] = [];
  const next = async (): Promise<void> => {
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      found.push(await trained(task.variant, task.seed, quick));
      process.stderr.write(`${task.variant}, seed ${task.seed}; ${tasks.length} to come\n`);
    }
  };
  await Promise.all([next(), next()]);
  return Object.fromEntries(
    Object.keys(VARIANTS).map((variant) => {
      const gains = found.filter((one) => one.variant === variant).map(({ gain }) => percent(gain));
      return [`${variant}GainPercent`, median(gains, '%', 'higher', null)];
    }),
  );
}

function trained(variant: string, seed: number, quick: boolean): Promise<Trained> {
  return new Promise((resolve, reject) => {
    const args = [PROGRAM, variant, String(seed), ...(quick ? ['quick'] : [])];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0
        ? resolve(JSON.parse(told) as Trained)
        : reject(new Error(`${variant} ${seed} ended with ${code}`)),
    );
  });
}

const percent = (part: number) => Math.round(part * 1_000) / 10;

await report('ablations', measure);
