import type { TransactionReceipt } from 'viem';
import { keccak256, parseEventLogs, stringToHex } from 'viem/utils';
import { AICChainError } from '../domain/errors.ts';
import type { Address, Hex } from '../domain/ids.ts';
import type { Caller, ContractCall } from './Caller.ts';
import { chainNow } from './clock.ts';
import { aicGovernorAbi } from './generated/AICGovernor.ts';

/** States of a proposal, in the order of OpenZeppelin's `ProposalState`. */
export const PROPOSAL_STATES = [
  'Pending',
  'Active',
  'Canceled',
  'Defeated',
  'Succeeded',
  'Queued',
  'Expired',
  'Executed',
] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];
export type Support = 'against' | 'for' | 'abstain';
const SUPPORT = { against: 0, for: 1, abstain: 2 } as const;

/** What is voted on, and what the chain later executes: all of it is needed again to queue and to execute. */
export interface Proposal {
  readonly id: bigint;
  readonly calls: readonly ContractCall[];
  readonly description: string;
}

/** How a proposal is taken through all its steps. */
export interface Passage {
  /** Who votes; each holds AICG that it has delegated to itself. */
  readonly voters: readonly Governance[];
  /** Resolves when the chain's time is at least `timestamp`: by waiting, or by moving a manual clock. */
  readonly waitUntil: (timestamp: number, why: string) => Promise<void>;
  /** Told each step as it happens. */
  readonly onStep?: (step: string) => void;
}

/**
 * Proposals, votes and their execution after the timelock's delay. No path executes at once.
 *
 * @example
 * const call = network.parameters.setCall('greenMicroPerKWh', 400_000);
 * await network.governance.passes([call], 'Charge for energy that is not green', { voters: [network.governance], waitUntil });
 */
export class Governance {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** AICG votes only when delegated; to oneself, mostly. */
  delegate(to: Address = this.#caller.address): Promise<TransactionReceipt> {
    return this.#caller.write('aicg', 'delegate', [to]);
  }

  votesWei(account: Address = this.#caller.address): Promise<bigint> {
    return this.#caller.read('aicg', 'getVotes', [account]);
  }

  async propose(calls: readonly ContractCall[], description: string): Promise<Proposal> {
    const [targets, values, datas] = columns(calls);
    const receipt = await this.#caller.write('governor', 'propose', [targets, values, datas, description]);
    const [created] = parseEventLogs({
      abi: aicGovernorAbi,
      eventName: 'ProposalCreated',
      logs: receipt.logs,
    });
    if (!created) throw new AICChainError('NO_PROPOSAL', 'the governor made no proposal of this');
    return { id: created.args.proposalId, calls, description };
  }

  castVote(proposal: Proposal, support: Support = 'for'): Promise<TransactionReceipt> {
    return this.#caller.write('governor', 'castVote', [proposal.id, SUPPORT[support]]);
  }

  queue({ calls, description }: Proposal): Promise<TransactionReceipt> {
    return this.#caller.write('governor', 'queue', [...columns(calls), descriptionHash(description)]);
  }

  execute({ calls, description }: Proposal): Promise<TransactionReceipt> {
    return this.#caller.write('governor', 'execute', [...columns(calls), descriptionHash(description)]);
  }

  async state(proposal: Pick<Proposal, 'id'>): Promise<ProposalState> {
    return PROPOSAL_STATES[await this.#caller.read('governor', 'state', [proposal.id])] ?? 'Pending';
  }

  /** The vote is from after `opens` until `closes`; execution from `executable` on (0 until queued). Timestamps. */
  async times({ id }: Pick<Proposal, 'id'>): Promise<{ opens: number; closes: number; executable: number }> {
    const [opens, closes, executable] = await Promise.all([
      this.#caller.read('governor', 'proposalSnapshot', [id]),
      this.#caller.read('governor', 'proposalDeadline', [id]),
      this.#caller.read('governor', 'proposalEta', [id]),
    ]);
    return { opens: Number(opens), closes: Number(closes), executable: Number(executable) };
  }

  /** Proposes, votes, queues and executes. Fails, naming the state, if the vote does not carry. */
  async passes(calls: readonly ContractCall[], description: string, passage: Passage): Promise<Proposal> {
    const step = passage.onStep ?? (() => {});
    await this.#untilVotesCount(passage);
    const proposal = await this.propose(calls, description);
    step(`proposed: ${description}`);
    const { opens, closes } = await this.times(proposal);
    await passage.waitUntil(opens + 1, 'the vote opens');
    await Promise.all(passage.voters.map((voter) => voter.castVote(proposal)));
    step(`${passage.voters.length} voted`);
    await passage.waitUntil(closes + 1, 'the vote closes');
    const state = await this.state(proposal);
    if (state !== 'Succeeded') {
      throw new AICChainError('VOTE_FAILED', `"${description}" was not carried: it is ${state}`, {
        hint: 'More AICG must vote for it; tokens count only when delegated before the vote opens.',
      });
    }
    await this.queue(proposal);
    step('queued in the timelock');
    await passage.waitUntil((await this.times(proposal)).executable, 'the timelock lets it through');
    await this.execute(proposal);
    step('executed');
    return proposal;
  }

  /** Whoever proposes must have had its votes a second before. */
  async #untilVotesCount({ waitUntil }: Passage): Promise<void> {
    const now = await chainNow(this.#caller.rpcUrl);
    const account = this.#caller.address;
    const before = await this.#caller.read('aicg', 'getPastVotes', [account, BigInt(now - 1)]);
    if (before < (await this.votesWei()))
      await waitUntil(now + 1, 'a delegation counts from the next second on');
  }
}

const descriptionHash = (description: string): Hex => keccak256(stringToHex(description));

const columns = (calls: readonly ContractCall[]) =>
  [calls.map((call) => call.target), calls.map(() => 0n), calls.map((call) => call.data)] as const;
