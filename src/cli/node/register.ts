import {
  bandwidthCode,
  computeCode,
  LARGEST_CODED,
  latencyCode,
  nodeMemoryCode,
  wattsCode,
} from '../../domain/codes.ts';
import { AICChainError } from '../../domain/errors.ts';
import type { Claims } from '../../domain/types.ts';
import { formatAicc, parseAicc } from '../../domain/units.ts';
import type { NetworkState } from '../../state/index.ts';
import type { Session } from '../Session.ts';
import { checkedUrl, integerOption, UsageError } from '../usage.ts';
import { nodeFolder } from './folder.ts';

export interface RegisterOptions {
  readonly gpus: string;
  readonly class: string;
  readonly memory: string;
  readonly compute: string;
  readonly bandwidth: string;
  readonly latency: string;
  readonly watts: string;
  readonly ask: string;
  readonly port: string;
  readonly endpoint?: string;
}

/** Registers a node for the session's wallet and writes what its agent needs. */
export async function register(session: Session, name: string, options: RegisterOptions): Promise<void> {
  const { out, home, wallets } = session;
  const folder = nodeFolder(name);
  if (home.has(...folder, 'node.json')) {
    throw new UsageError(
      `there is a node "${name}" here already`,
      'Give this one another name: `aicchain node register NAME …`.',
    );
  }
  const port = integerOption('--port', options.port, 1, 65_535);
  const endpoint = checkedUrl('--endpoint', options.endpoint ?? `http://127.0.0.1:${port}`);
  const askMicro = parseAicc(options.ask);
  const network = session.network();
  const { state } = await session.view(network);
  const claims = claimsOf(options, state);
  const stakeMicro = await network.nodes.stakeMicroFor(claims.gpus);
  await refuseUnstaked(session, stakeMicro);
  const node = await out.task('Registering', () => network.nodes.register(claims, askMicro, endpoint));
  const { rpcUrl, deployment } = session.context().context;
  home.write(`${JSON.stringify(deployment, null, 2)}\n`, ...folder, 'network.json');
  const keyFile = wallets.keyFile(session.walletName());
  const config = { rpcUrl, deployment: 'network.json', nodeId: node, keyFile, port };
  home.write(`${JSON.stringify(config, null, 2)}\n`, ...folder, 'node.json');
  out.result({ node, name, endpoint, stakeMicro }, () => {
    out.line(
      `Node ${node} is registered; ${formatAicc(stakeMicro)} AICC are staked. It counts at the floors of its class until it is audited.`,
    );
    out.line(`Serve: aicchain node run${name === 'node' ? '' : ` ${name}`}`);
  });
}

async function refuseUnstaked(session: Session, stakeMicro: number): Promise<void> {
  const { money } = session.network();
  const has = (await money.aiccMicro()) + (await money.availableMicro());
  if (has >= stakeMicro) return;
  throw new AICChainError(
    'NOT_ENOUGH_FOR_THE_STAKE',
    `the stake is ${formatAicc(stakeMicro)} AICC, the wallet has ${formatAicc(has)}`,
    {
      hint: 'Get more with `aicchain wallet faucet` (development networks).',
    },
  );
}

function claimsOf(options: RegisterOptions, state: NetworkState): Claims {
  const found = [...state.classes].find(
    ([id, { name }]) => name === options.class || String(id) === options.class,
  );
  if (!found) {
    const names = [...state.classes].map(([, { name }]) => name).join(', ');
    throw new UsageError(`there is no class "${options.class}"`, `This network has: ${names}.`);
  }
  const [classId, { computeShift }] = found;
  // A claim is coded in multiples of `unit`; the codes end somewhere, and a claim above that is a slip.
  const claim = (
    what: string,
    text: string,
    factor: number,
    code: (value: number) => number,
    unit = 1,
  ): number => {
    const value = Math.round(Number(text) * factor);
    try {
      if (!(value > 0)) throw new RangeError('it must be a positive number');
      if (value > LARGEST_CODED * unit)
        throw new RangeError(`it is above ${(LARGEST_CODED * unit) / factor}`);
      return code(value);
    } catch (error) {
      throw new UsageError(`--${what} ${text} is not possible: ${(error as Error).message}`);
    }
  };
  return {
    gpus: integerOption('--gpus', options.gpus, 1, 4_095),
    classId,
    memoryCode: claim('memory', options.memory, 1, nodeMemoryCode),
    computeCode: claim(
      'compute',
      options.compute,
      1_000,
      (mflops) => computeCode(mflops, computeShift),
      2 ** computeShift,
    ),
    bandwidthCode: claim('bandwidth', options.bandwidth, 1, bandwidthCode),
    latencyCode: claim('latency', options.latency, 1_000, latencyCode),
    wattsCode: claim('watts', options.watts, 1, wattsCode),
  };
}
