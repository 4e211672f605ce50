import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { MICRO_PER_AICC } from '../../domain/units.ts';
import {
  CheckpointFile,
  EvaluationPool,
  MetricsFile,
  progressLine,
  threadPool,
} from '../../trainer/index.ts';
import type { Checkpoint } from '../../training/Checkpoint.ts';
import { DEFAULT_PPO, type PpoOptions, train, type UpdateMetrics } from '../../training/ppo.ts';
import type { Scenario } from '../../training/scenario.ts';
import { heldOut, shownGain } from '../heldOut.ts';
import { makeNamedFolder, requireWritable, writeNamedFile } from '../home.ts';
import { stoppable } from '../interrupt.ts';
import { policyFileOf, policyFileText, readPolicyFile } from '../policyFile.ts';
import type { CommandModule, Session } from '../Session.ts';
import { scenarioAsked } from '../scenario.ts';
import { SCENARIO_HELP, type ScenarioFlags, scenarioOptions } from '../scenarioOptions.ts';
import { integerOption, UsageError } from '../usage.ts';

/** Features that tell of the network and not of the pair: free GPUs, GPUs, open workloads, utilisation; rounds waited. */
const NETWORK_FEATURES = [4, 19, 20, 21, 22];
const MOST_WORKERS = 64;

interface TrainOptions extends ScenarioFlags {
  readonly from?: string;
  readonly seed: string;
  readonly updates: string;
  readonly out: string;
  readonly workers: string;
  readonly checkpoint?: string;
  readonly checkpointEvery: string;
  readonly resume?: true;
  readonly metrics?: string;
  readonly networkFeatures: boolean;
  readonly float?: true;
  readonly shaping: boolean;
}

export const configure: CommandModule['configure'] = (command, session) => {
  scenarioOptions(command, 'network')
    .option('--seed <n>', 'of all randomness: the same seed on the same log gives the same policy hash', '1')
    .option('--updates <n>', 'how long it learns', String(DEFAULT_PPO.updates))
    .option('--out <file>', 'where the policy is written', 'policy.json')
    .option('--from <file>', 'a policy to begin with, of `aicchain teach` or of `aicchain train`')
    .option('--workers <n>', 'threads; any number gives the same policy', String(availableParallelism()))
    .option('--checkpoint <dir>', 'keep the training there, also on Ctrl-C')
    .option('--checkpoint-every <n>', 'updates', String(DEFAULT_PPO.checkpointEvery))
    .option('--resume', 'go on from --checkpoint')
    .option('--metrics <file>', 'a line an update, .csv or .jsonl')
    .option('--no-network-features', 'do not let the policy see how busy the network is')
    .option('--float', 'round the network only when it is deployed')
    .option('--no-shaping', 'no reward for keeping GPUs together')
    .addHelpText(
      'after',
      `${SCENARIO_HELP}\n\nExamples:\n  aicchain train --seed 7 && aicchain policy register policy.json\n  aicchain train --updates 500 --checkpoint run1 --metrics run1.jsonl\n  aicchain train --updates 500 --checkpoint run1 --metrics run1.jsonl --resume`,
    )
    .action((options: TrainOptions, self: Command) => run(session(self), options));
};

async function run(session: Session, options: TrainOptions): Promise<void> {
  const { out } = session;
  const ppo = ppoOptions(options);
  const workers = integerOption('--workers', options.workers, 1, MOST_WORKERS);
  const checkpoints = checkpointsOf(options);
  requireWritable(options.out);
  const told = await scenarioAsked(session, options);
  const metrics =
    options.metrics === undefined
      ? undefined
      : new MetricsFile(options.metrics, checkpoints?.resume?.update ?? 0);
  const scenario = options.shaping ? told : { ...told, welfare: { ...told.welfare, fragmentation: 0 } };

  const startSec = clock();
  const judges = new EvaluationPool([scenario], workers);
  const trained = await out
    .task('Training', (show) =>
      stoppable((signal) => {
        const perSecond = stepsPerSecond(checkpoints?.resume?.history.at(-1)?.decisions ?? 0);
        const onProgress = (_: number, update: UpdateMetrics) => {
          metrics?.add(update);
          show(progressLine(update, perSecond(update)));
        };
        const tools = { openPool: threadPool(workers), welfare: judges.welfare, clock, ...checkpoints };
        return train(scenario, { ...ppo, signal }, onProgress, tools).finally(() => {
          if (signal.aborted) out.note(whatIsKept(options.checkpoint));
        });
      }),
    )
    .finally(() => judges.close());
  const seconds = clock() - startSec;
  await tell(session, options, scenario, trained, { seconds, workers });
}

function whatIsKept(folder: string | undefined): string {
  if (folder === undefined) return 'stopped; nothing was kept: it is with --checkpoint DIR';
  return existsSync(new CheckpointFile(folder).path)
    ? `stopped; go on with --checkpoint ${folder} --resume`
    : 'stopped before the first update was done; there is nothing to go on from';
}

/** Seconds since this process began. */
const clock = () => performance.now() / 1_000;

function stepsPerSecond(before: number): (update: UpdateMetrics) => number {
  const startSec = clock();
  return ({ decisions }) => (decisions - before) / (clock() - startSec);
}

function ppoOptions(options: TrainOptions): Partial<PpoOptions> {
  if (options.from !== undefined && !options.networkFeatures) {
    throw new UsageError('--no-network-features does not go with --from', 'Leave out one of them.');
  }
  return {
    seed: integerOption('--seed', options.seed, 0, 2 ** 32 - 1),
    from: options.from === undefined ? null : readPolicyFile(options.from).network,
    updates: integerOption('--updates', options.updates, 1, 100_000),
    checkpointEvery: integerOption('--checkpoint-every', options.checkpointEvery, 1, 100_000),
    fakeQuantise: options.float !== true,
    maskedFeatures: options.networkFeatures ? [] : NETWORK_FEATURES,
  };
}

interface Checkpoints {
  readonly save: (checkpoint: Checkpoint) => void;
  readonly resume?: Checkpoint;
}

function checkpointsOf({ checkpoint, resume }: TrainOptions): Checkpoints | undefined {
  if (checkpoint === undefined) {
    if (resume)
      throw new UsageError('--resume needs --checkpoint DIR', 'Name the folder that it was kept in.');
    return undefined;
  }
  makeNamedFolder(checkpoint);
  const file = new CheckpointFile(checkpoint);
  requireWritable(file.path);
  const saved = file.load();
  const save = (next: Checkpoint) => file.save(next);
  if (resume && saved === undefined)
    throw new UsageError(`${checkpoint} holds no checkpoint`, 'Begin without --resume.');
  if (!resume && saved !== undefined) {
    throw new UsageError(
      `${checkpoint} already holds the checkpoint of update ${saved.update}`,
      'Go on from it with --resume, or name another folder.',
    );
  }
  return saved === undefined ? { save } : { save, resume: saved };
}

async function tell(
  session: Session,
  options: TrainOptions,
  scenario: Scenario,
  trained: Awaited<ReturnType<typeof train>>,
  { seconds, workers }: { readonly seconds: number; readonly workers: number },
): Promise<void> {
  const policy = policyFileOf(trained.network, Number(options.seed));
  const { policyHash, code } = policy;
  writeNamedFile(options.out, policyFileText(policy));
  const held = await heldOut(session, scenario, trained.network, workers);
  const { out } = session;
  const { welfare, verdict } = held;
  const { history, bestUpdate } = trained;
  const decisions = history.at(-1)?.decisions ?? 0;
  const sumOf = (part: 'environmentSec' | 'learnerSec') =>
    history.reduce((sum, metrics) => sum + metrics[part], 0);
  out.result(
    {
      policyHash,
      decisions,
      seconds,
      environmentSec: sumOf('environmentSec'),
      learnerSec: sumOf('learnerSec'),
      file: options.out,
      seed: Number(options.seed),
      updates: Number(options.updates),
      bestUpdate,
      ...held,
    },
    () => {
      const aicc = (micro: number) => (micro / MICRO_PER_AICC).toFixed(2);
      out.line(`Policy ${policyHash}, ${(code.length - 2) / 2} bytes of code, in ${options.out}`);
      out.line(`${decisions} decisions in ${seconds.toFixed(1)} s`);
      out.line(
        `Held-out welfare ${aicc(welfare.policyMicro)} AICC, price alone ${aicc(welfare.priceAloneMicro)}: ${shownGain(held)}; it ${verdict === 'undecided' ? 'neither wins nor loses' : verdict}.`,
      );
    },
  );
}
