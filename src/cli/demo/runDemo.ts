import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AICChain } from '../../AICChain.ts';
import { chainLockFile } from '../../chain/embedded.ts';
import { readLock } from '../../chain/folderLock.ts';
import { commandOf } from '../../chain/processes.ts';
import { AICChainError } from '../../domain/index.ts';
import type { Verification } from '../../verify/verifyLog.ts';
import { makeFolders } from '../home.ts';
import { onInterrupt } from '../interrupt.ts';
import { auditNodes } from './auditNodes.ts';
import type { DemoNetwork, DemoOptions } from './DemoNetwork.ts';
import { greenVote } from './greenVote.ts';
import { matchRound } from './matchRound.ts';
import { runWorkloads } from './runWorkloads.ts';
import { type Running, startNetwork } from './startNetwork.ts';
import { submitWorkloads } from './submitWorkloads.ts';
import { trainPolicy } from './trainPolicy.ts';

/** Written into a data folder first of all, so that a demo only ever clears away another demo. */
const MARK = 'demo.json';
const NODE_PATIENCE_MS = 3_000;

/** What `--json` prints; amounts are micro-AICC. */
export type DemoResult = Awaited<ReturnType<typeof tell>> & {
  readonly seed: number;
  readonly wallSec: number;
};

/** The main job: six steps on a real chain, with a real policy and a real workload, and nothing left running. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const started = performance.now();
  try {
    prepareFolder(options);
  } catch (cause) {
    if (cause instanceof AICChainError) throw cause;
    throw new AICChainError(
      'DATA_FOLDER',
      `cannot begin in ${options.dataDir}: ${(cause as Error).message}`,
      {
        hint: 'Name a folder that you may write with --data DIR.',
        cause,
      },
    );
  }
  const running: Running = {};
  // Ended once, whoever asks first: the end of the story, an error, or Ctrl-C.
  let ended: Promise<void> | undefined;
  const end = () => {
    ended ??= endAll(running);
    return ended;
  };
  const forget = onInterrupt(end);
  try {
    const story = await tell(options, running);
    const result = {
      seed: options.seed,
      ...story,
      wallSec: Math.round((performance.now() - started) / 100) / 10,
    };
    writeFileSync(join(options.dataDir, MARK), `${JSON.stringify(result, null, 2)}\n`);
    return result;
  } finally {
    await end();
    forget();
  }
}

async function tell(options: DemoOptions, running: Running) {
  const demo = await startNetwork(options, running);
  const { narrator } = options;
  const jobs = await submitWorkloads(demo);
  await demo.nextRound('what was submitted is open from the next round');
  const policy = await trainPolicy(demo, jobs);
  await demo.nextRound('the policy binds from the next round');

  narrator.step(4, 'the round is matched');
  const matches = await matchRound(demo, jobs);

  narrator.step(5, 'the work runs and is paid, the nodes are audited');
  const [training] = await runWorkloads(demo, jobs, matches);
  if (training === undefined)
    throw new AICChainError('NOT_MATCHED', 'workload1 was not matched in its round');
  const audited = await auditNodes(demo);

  const { matches: greenMatches, ...vote } = await greenVote(demo);
  const verify = await verifyAll(demo);
  const { lossFirst, lossLast } = training.metrics;
  const { split } = training;
  return {
    policyHash: policy.policyHash,
    policy: { heldOutGain: policy.heldOutGain, verdict: policy.verdict },
    matches: [...matches, ...audited.matches, ...greenMatches],
    split: {
      escrow: training.escrowMicro,
      price: training.priceMicro,
      node: split.nodeMicro,
      communityFund: split.communityFundMicro,
      auditors: split.auditorsMicro,
      matcher: split.matcherMicro,
      treasury: split.treasuryMicro,
      refund: split.refundMicro,
    },
    workload: {
      id: training.id,
      status: training.status,
      driver: training.driver,
      lossFirst,
      lossLast,
      resultHash: training.resultHash,
      results: training.folder,
    },
    liar: audited.liar,
    vote,
    verify: {
      ok: verify.ok,
      events: verify.events,
      rounds: verify.rounds,
      matches: verify.matches,
      nonCanonical: verify.nonCanonical,
    },
    clockMovedSec: demo.movedSec,
  };
}

/** Replays the whole log from block 0, from nothing but the log. */
async function verifyAll(demo: DemoNetwork): Promise<Verification> {
  const { narrator } = demo;
  narrator.line();
  const verification = await narrator.task('verifying', async () =>
    AICChain.verify(await demo.as('anyone').events(), demo.deployment),
  );
  const { ok, events, rounds, matches, nonCanonical, violations } = verification;
  narrator.line(
    `=> Verified from the log alone: ${events} events, ${rounds} rounds, ${matches} matches; every score and every price computed again: ` +
      (ok ? 'all agree.' : `${violations.length} DISAGREE.`),
  );
  for (const violation of violations) narrator.line(JSON.stringify(violation));
  if (nonCanonical.length > 0) narrator.line(`valid, not canonical: rounds ${nonCanonical.join(', ')}`);
  return verification;
}

/** A former demo in the folder is kept as the previous one; anything else in it is left alone. */
function prepareFolder({ dataDir }: DemoOptions): void {
  const folder = resolve(dataDir);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    if (isRunning(folder)) {
      throw new AICChainError('DATA_IN_USE', `a demo runs in ${folder} at this moment`, {
        hint: 'Wait for its end, or name another folder with --data.',
        retryable: true,
      });
    }
    if (!existsSync(join(folder, MARK))) {
      throw new AICChainError('FOLDER_IN_USE', `${folder} is not empty and holds no demo`, {
        hint: 'Name another folder with --data.',
      });
    }
    rmSync(`${folder}.previous`, { recursive: true, force: true });
    renameSync(folder, `${folder}.previous`);
  }
  makeFolders(folder);
  writeFileSync(join(folder, MARK), '{}\n');
}

/** Whether the process that noted itself as the owner of the chain lives. */
function isRunning(folder: string): boolean {
  const lock = readLock(chainLockFile(join(folder, 'chain')));
  return lock !== undefined && commandOf(lock.pid) === lock.command;
}

async function endAll({ chain, demo }: Running): Promise<void> {
  await Promise.all(
    (demo?.nodes ?? []).map(
      ({ process: child }) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve();
          const timer = setTimeout(() => child.kill('SIGKILL'), NODE_PATIENCE_MS);
          child.once('exit', () => {
            clearTimeout(timer);
            resolve();
          });
          child.kill('SIGTERM');
        }),
    ),
  );
  await chain?.stop();
}
