import { execFileSync } from 'node:child_process';
import { totalmem } from 'node:os';
import { ProcessDriver } from '../../agent/index.ts';
import { answerChallenge, flopOf } from '../../agent/probe/compute.ts';
import { freePort } from '../../chain/anvil.ts';
import { AICChainError } from '../../domain/errors.ts';
import { formatAicc } from '../../domain/units.ts';
import type { Session } from '../Session.ts';
import { counted } from '../words.ts';

type Verdict = 'ok' | 'warning' | 'problem';
interface Finding {
  readonly what: string;
  readonly verdict: Verdict;
  readonly found: string;
}

/** Whether this machine can be a node, and what it could honestly claim. */
export async function check(session: Session, gpus: number, port: number): Promise<void> {
  const { out } = session;
  const findings = await out.task('Checking', async () => [
    runtime(),
    await isolation(),
    memory(gpus),
    devices(gpus),
    await compute(),
    await portOf(port),
    await network(session),
    await stake(session, gpus),
  ]);
  const problems = findings.filter(({ verdict }) => verdict === 'problem').length;
  out.result({ ok: problems === 0, findings }, () => {
    out.table(
      ['', 'checked', 'found'],
      findings.map(({ verdict, what, found }) => [verdict, what, found]),
    );
    if (problems === 0) out.line('This machine can be a node.');
  });
  if (problems > 0)
    throw new AICChainError(
      'NOT_READY',
      `this machine cannot be a node yet: ${counted(problems, 'problem')}`,
    );
}

function runtime(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = major > 22 || (major === 22 && minor >= 18);
  return {
    what: 'Node.js',
    verdict: fits ? 'ok' : 'problem',
    found: `${process.versions.node}${fits ? '' : ', 22.18 is needed'}`,
  };
}

async function isolation(): Promise<Finding> {
  const driver = await ProcessDriver.open();
  const isOpen = driver.isolation === 'none';
  return {
    what: 'isolation',
    verdict: isOpen ? 'warning' : 'ok',
    found: isOpen
      ? 'none: jobs run with your rights; install bubblewrap before you run work of strangers'
      : driver.isolation,
  };
}

function memory(gpus: number): Finding {
  const mib = Math.floor(totalmem() / 2 ** 20);
  return {
    what: 'memory',
    verdict: 'ok',
    found: `${mib} MiB, ${Math.floor(mib / gpus)} MiB for each of ${counted(gpus, 'GPU')}`,
  };
}

function devices(gpus: number): Finding {
  try {
    const names = execFileSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
      encoding: 'utf8',
      timeout: 5_000,
    });
    const found = names.trim().split('\n');
    return { what: 'GPUs', verdict: found.length >= gpus ? 'ok' : 'problem', found: found.join(', ') };
  } catch {
    return { what: 'GPUs', verdict: 'warning', found: 'no NVIDIA driver answers: offer the class "cpu"' };
  }
}

/** By the same probe that auditors use. */
async function compute(): Promise<Finding> {
  const challenge = { seed: 'node check', size: 96, layers: 50 };
  await answerChallenge({ ...challenge, layers: 5 });
  const startedMs = performance.now();
  await answerChallenge(challenge);
  const mflops = Math.floor(flopOf(challenge) / 1_000 / (performance.now() - startedMs));
  return {
    what: 'compute',
    verdict: 'ok',
    found: `${(mflops / 1_000).toFixed(2)} GFLOPS by the auditors' probe; claim no more`,
  };
}

async function portOf(port: number): Promise<Finding> {
  try {
    await freePort(port);
    return { what: 'port', verdict: 'ok', found: `${port} is free` };
  } catch (error) {
    return { what: 'port', verdict: 'problem', found: (error as Error).message };
  }
}

async function network(session: Session): Promise<Finding> {
  try {
    const { name, context } = session.context();
    return {
      what: 'network',
      verdict: 'ok',
      found: `${name} at ${context.rpcUrl}, round ${await session.reader().rounds.current()}`,
    };
  } catch (error) {
    return { what: 'network', verdict: 'problem', found: (error as Error).message };
  }
}

async function stake(session: Session, gpus: number): Promise<Finding> {
  try {
    const { nodes, money } = session.network();
    const need = await nodes.stakeMicroFor(gpus);
    const has = (await money.aiccMicro()) + (await money.availableMicro());
    const found = `${formatAicc(need)} AICC are needed, the wallet has ${formatAicc(has)}`;
    return { what: 'stake', verdict: has >= need ? 'ok' : 'problem', found };
  } catch (error) {
    return { what: 'stake', verdict: 'problem', found: (error as Error).message };
  }
}
