import { roundStart } from '../../chain/clock.ts';
import { NetworkClient } from '../../chain/NetworkClient.ts';
import { actor, CLAIMS, SUBMISSION, startTestNetwork } from '../../chain/testing/testNetwork.ts';
import { type Duty, NetworkView, Posting, type PostingOptions, type ViewOptions } from '../index.ts';

const ASKS = [2_000_000, 3_000_000, 4_000_000];
const OPERATORS = ASKS.map((_, i) => `operator${i}`);

/** A network with three nodes of three owners, whose clock is moved by hand, and daemons that look when they are told to. */
export async function startMarket(
  others: readonly string[],
  options: Parameters<typeof startTestNetwork>[1] = {},
) {
  const network = await startTestNetwork([...OPERATORS, 'client', ...others], options);
  const { clock, deployment, client: as } = network;
  const nodes: number[] = [];
  for (const [i, ask] of ASKS.entries())
    nodes.push(await as(OPERATORS[i]!).nodes.register({ ...CLAIMS, gpus: 16 }, ask, `http://n${i}`));
  const heartbeat = async () => {
    for (const [i, node] of nodes.entries()) await as(OPERATORS[i]!).nodes.heartbeat(node);
  };
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  return {
    ...network,
    nodes,
    said,
    say,
    submit: () => as('client').workloads.submit(SUBMISSION),
    operatorOf: async (workload: number) =>
      as(OPERATORS[nodes.indexOf((await as('client').workloads.get(workload)).node)]!),
    /** To the first second of a later round; the nodes stay fresh. */
    advance: (rounds = 1) => clock.advanceRounds(rounds, { onStep: heartbeat }),
    /** To the second half of the round. */
    secondHalf: async () =>
      clock.advanceTo(roundStart(deployment, await clock.round()) + Math.ceil(deployment.roundSec / 2)),
    /** The network as `name` sees it through another endpoint. */
    through: (rpcUrl: string, name: string) =>
      new NetworkClient({ rpcUrl, deployment, account: actor(name) }),
    /** A matcher's daemon, bonded. */
    async matcher(
      name: string,
      own: Partial<PostingOptions> & ViewOptions & { network?: NetworkClient } = {},
    ) {
      const { network: through = as(name), checkRpcUrl, ...rest } = own;
      const view = await NetworkView.open(through, checkRpcUrl === undefined ? {} : { checkRpcUrl });
      const posting = new Posting(view, { say, ...rest });
      await posting.prepare();
      return { view, posting, look: looker(view, posting) };
    },
  };
}

export type Market = Awaited<ReturnType<typeof startMarket>>;

/** One look of one duty. */
export const looker = (view: NetworkView, duty: Duty) => async () => duty.look(await view.look());
