import { type Hex, hexToBool } from 'viem';
import { ContractRefusal, explainRefusal } from '../chain/failure.ts';
import type { NetworkClient } from '../chain/NetworkClient.ts';
import { waitForReceipt } from '../chain/receipt.ts';
import { rpc } from '../chain/rpc.ts';
import { CHALLENGE_KIND, type Entry } from '../domain/types.ts';
import {
  type Challenge,
  challengeOf,
  checkCertificate,
  isAbout,
  judgeChallenge,
  type Posted,
  pairsOf,
} from '../match/index.ts';
import { type Integers, mutant } from '../match/testing/mutations.ts';
import { integers } from '../match/testing/rounds.ts';
import type { Scene } from '../match/testing/scene.ts';
import { isHarmful, type Truth, truthOf } from '../match/testing/truth.ts';
import { drawnMatcher } from './punish.ts';
import type { WrongedNetwork } from './WrongedNetwork.ts';

/** How many challenges of a wrong round are asked of the chain beside the watcher's own. */
const OTHER_CHALLENGES = 8;
/** One in so many wrong rounds is challenged by a transaction; the others by a call that changes nothing. */
const REAL_ONE_IN = 20;
const GAS = '0xf42400'; // 16 million

/** What a run found; every number counts rounds, unless it says something else. */
export interface ChainFindings {
  /** Posted: those that a watcher voids, and those that stand against every challenge. */
  voided: number;
  stood: number;
  /** Refused at posting, by the error. */
  readonly refused: Record<string, number>;
  /** Challenges answered by the contracts, and by a transaction. */
  challenges: number;
  transactions: number;
  /** Where the contracts, the check in TypeScript and the search through all assignments do not agree. */
  readonly wrong: string[];
}

export const noChainFindings = (): ChainFindings => ({
  voided: 0,
  stood: 0,
  refused: {},
  challenges: 0,
  transactions: 0,
  wrong: [],
});

/** What others do in the round that is posted. */
export interface Meanwhile {
  readonly beforePosting?: () => Promise<unknown>;
  readonly afterPosting?: () => Promise<unknown>;
}

/** Posts the right round of a market, and `mutants` wrong ones made of it, on the real contracts. */
export async function fuzzScene(
  wronged: WrongedNetwork,
  seed: number,
  mutants: number,
  findings: ChainFindings,
): Promise<void> {
  const next = integers(seed);
  const scene = await wronged.scene(next);
  const fuzz = await SceneFuzz.of(wronged, scene, findings);
  await fuzz.post(scene.right, next, `seed ${seed}, the right round`);
  for (let i = 0; i < mutants; i++) {
    await fuzz.post(mutant(scene.instance, scene.right, next), next, `seed ${seed}, mutant ${i}`);
  }
}

/** Posts rounds in the round of one scene and compares what the contracts and TypeScript say of them. */
export class SceneFuzz {
  readonly #wronged: WrongedNetwork;
  readonly #scene: Scene;
  readonly #findings: ChainFindings;
  readonly #matcher: NetworkClient;
  readonly #truth: Truth;

  static async of(wronged: WrongedNetwork, scene: Scene, findings: ChainFindings): Promise<SceneFuzz> {
    return new SceneFuzz(wronged, scene, findings, await drawnMatcher(wronged, scene.round));
  }

  private constructor(wronged: WrongedNetwork, scene: Scene, findings: ChainFindings, matcher: string) {
    this.#wronged = wronged;
    this.#scene = scene;
    this.#findings = findings;
    this.#matcher = wronged.as(matcher);
    this.#truth = truthOf(scene.instance);
  }

  async post(
    entries: readonly Entry[],
    next: Integers,
    name: string,
    meanwhile: Meanwhile = {},
  ): Promise<void> {
    const { instance, cutoff, round } = this.#scene;
    await this.#wronged.again();
    await meanwhile.beforePosting?.();
    const refusal = await this.#send(entries);
    await meanwhile.afterPosting?.();
    if (refusal !== undefined) {
      this.#findings.refused[refusal] = (this.#findings.refused[refusal] ?? 0) + 1;
      return;
    }
    const violations = checkCertificate(instance, entries);
    const posted = { cutoff, entries };
    if (violations.length === 0) {
      this.#findings.stood++;
      if (isHarmful(instance, this.#truth, entries)) this.#wrong(`${name}: accepted, and it harms`);
      await this.#compare(posted, this.#allChallenges(entries), name);
      return;
    }
    this.#findings.voided++;
    const right = challengeOf(violations);
    if (right === undefined) return this.#wrong(`${name}: posted, and no challenge says what is wrong`);
    const all = this.#allChallenges(entries);
    const others = Array.from({ length: OTHER_CHALLENGES }, () => all[next(all.length)]!);
    const [isVoided] = await this.#compare(posted, [right, ...others], name);
    if (isVoided !== true) this.#wrong(`${name}: ${say(right)} does not void it`);
    if (next(REAL_ONE_IN) !== 0) return;
    this.#findings.transactions++;
    await this.#wronged.watcher.watch(round);
    if (!(await this.#matcher.rounds.get(round)).voided) this.#wrong(`${name}: the watcher did not void it`);
  }

  /** Posts by a transaction. The name of the error that refused it, undefined where it was taken. */
  async #send(entries: readonly Entry[]): Promise<string | undefined> {
    const { caller } = this.#matcher;
    const { round, cutoff } = this.#scene;
    const { target: to, data } = caller.call('chain', 'postRound', [round, cutoff, words(entries)]);
    const request = { from: caller.address, to, data, gas: GAS };
    const [answer] = await batch(caller.rpcUrl, [{ method: 'eth_call', params: [request, 'pending'] }]);
    if (answer?.error) {
      const refusal = explainRefusal(answer.error, caller.rpcUrl, 'eth_call');
      if (refusal instanceof ContractRefusal) return refusal.code;
      throw refusal;
    }
    await rpc(caller.rpcUrl, 'anvil_impersonateAccount', [caller.address]);
    const hash = await rpc<Hex>(caller.rpcUrl, 'eth_sendTransaction', [request]);
    const { status } = await waitForReceipt(caller.rpcUrl, hash);
    if (status !== 'success') throw new Error(`a round that could be posted was not: ${hash}`);
    return undefined;
  }

  /** What the chain says to each challenge; anything but what TypeScript says of it is wrong. */
  async #compare(posted: Posted, challenges: readonly Challenge[], name: string): Promise<boolean[]> {
    const pairOf = pairsOf(this.#scene.instance);
    const { caller } = this.#wronged.as('watcher');
    const answers = await batch(
      caller.rpcUrl,
      challenges.map(({ kind, workload, node }) => {
        const args = [
          this.#scene.round,
          words(posted.entries),
          CHALLENGE_KIND.indexOf(kind),
          workload,
          node,
        ] as const;
        const { target: to, data } = caller.call('chain', 'challenge', args);
        return { method: 'eth_call', params: [{ from: caller.address, to, data, gas: GAS }, 'pending'] };
      }),
    );
    this.#findings.challenges += challenges.length;
    return challenges.map((challenge, i) => {
      const { result, error } = answers[i]!;
      const onChain = result === undefined ? undefined : hexToBool(result, { size: 32 });
      const expected = isAbout(posted, challenge) ? judgeChallenge(posted, challenge, pairOf) : undefined;
      if (onChain !== expected) {
        this.#wrong(`${name}: ${say(challenge)} is ${expected} here, ${onChain ?? error?.message} on chain`);
      }
      return onChain === true;
    });
  }

  /** Every pair, also of workloads that are not open, and both kinds for every entry. */
  #allChallenges(entries: readonly Entry[]): Challenge[] {
    const { instance, newest } = this.#scene;
    const workloads = Array.from({ length: newest }, (_, i) => i + 1) as Challenge['workload'][];
    return [
      ...workloads.flatMap((workload) =>
        instance.nodes.map(({ id }): Challenge => ({ kind: 'E1', workload, node: id })),
      ),
      ...entries.flatMap(({ workload }): Challenge[] => [
        { kind: 'E2', workload, node: 0 },
        { kind: 'E4', workload, node: 0 },
      ]),
    ];
  }

  #wrong(what: string): void {
    this.#findings.wrong.push(what);
  }
}

const say = ({ kind, workload, node }: Challenge) => `${kind}(${workload}, ${node})`;

/** What a float64 rounded up to 2^64 is the largest that the field holds. */
const amount = (micro: number) => (micro >= 2 ** 64 ? 2n ** 64n - 1n : BigInt(micro));
const words = (entries: readonly Entry[]) =>
  entries.map((entry) => ({
    ...entry,
    uMicro: amount(entry.uMicro),
    vMicro: amount(entry.vMicro),
    priceMicro: amount(entry.priceMicro),
  }));

interface Answer {
  readonly id: number;
  readonly result?: Hex;
  readonly error?: { readonly message: string; readonly data?: unknown };
}

/** Many questions in one request. */
async function batch(
  url: string,
  questions: readonly { readonly method: string; readonly params: readonly unknown[] }[],
): Promise<Answer[]> {
  const body = JSON.stringify(questions.map((question, id) => ({ jsonrpc: '2.0', id, ...question })));
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answers = (await response.json()) as Answer[];
  return answers.sort((a, b) => a.id - b.id);
}
