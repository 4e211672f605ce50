import {
  AICChainError,
  type ChainEvent,
  type Entry,
  type Hex,
  type NetworkCounters,
  type NodeRecord,
  type ParameterValues,
  Round,
  type RoundClock,
  type Weight,
  WorkloadId,
} from './domain/index.ts';
import {
  type AskToWin,
  type Explanation,
  explanation,
  highestAsks,
  type Subject,
  type WeighedInput,
} from './explanation.ts';
import {
  type BoundNode,
  ClassedRound,
  certifiedMatcher,
  certifiedRoundOfClasses,
  checkCertificate,
  entriesHash,
  fullRoundOfClasses,
  type Matcher,
  NodeClasses,
  type PairOf,
  type Posted,
  pairOf,
  type RoundInstance,
  type Violation,
  weighPair,
} from './match/index.ts';
import { features } from './policy/features.ts';
import { type Policy, RLPolicyManager } from './policy/RLPolicyManager.ts';
import { policyScores } from './policy/scores.ts';
import type { NetworkState } from './state/index.ts';
import { type RoundRange, type Verification, verifyLog } from './verify/verifyLog.ts';

export type { AskToWin, Candidate, Explanation, Subject, Verdict } from './explanation.ts';

/** What a client would submit: the plan before spending. */
export type Draft = Omit<Subject, 'id'>;

/** A round with every pair weighed: the open workloads it covers against all nodes that exist in it. */
export interface RoundInput extends WeighedInput {
  /** Workloads with a higher id are left out. */
  readonly cutoff: number;
  /** The same for a matcher: feasible pairs only. */
  readonly instance: RoundInstance;
}

export interface RoundProposal {
  readonly round: Round;
  readonly cutoff: number;
  readonly entries: readonly Entry[];
  readonly entriesHash: Hex;
  /** Every pair that was looked at or left out, weighed when it is asked for. */
  readonly candidates: RoundInput;
}

/**
 * The orchestrator: state → features → penalty → weight → round. The one place where that order is written down;
 * posting, explaining and verifying all go through it.
 *
 * @example
 * const aicchain = new AICChain(state);
 * const { cutoff, entries } = aicchain.propose(round);
 */
export class AICChain {
  readonly state: NetworkState;
  readonly #policies = new RLPolicyManager();
  /** Kept from round to round. */
  readonly #nodes = new NodeClasses();

  constructor(state: NetworkState) {
    this.state = state;
  }

  /** Replays a whole log and recomputes every weight and every match of a range of rounds, all unless named. */
  static verify(events: Iterable<ChainEvent>, clock: RoundClock, range?: RoundRange): Verification {
    const weighing = (state: NetworkState) => {
      const aicchain = new AICChain(state);
      return {
        round: (round: number, cutoff: number) => ({
          classed: aicchain.#classedUpTo(round, cutoff),
          weightOf: aicchain.#weightsOf(round),
        }),
        pairs: (round: number) => aicchain.pairsOf(round),
      };
    };
    return verifyLog(events, clock, weighing, range);
  }

  /** Single pairs of a round, by id, as `weightOf` of the chain has them: what a challenge is judged by. */
  pairsOf(round: number): PairOf {
    const weightOf = this.#weightsOf(round);
    return (workload, node) => {
      const weight = weightOf(workload, node);
      return weight === undefined ? null : pairOf(weight);
    };
  }

  /** Every pair of a round, weighed. Without a cutoff it covers all workloads that bind in the round. */
  candidates(round: number, cutoff = this.state.countersAt(round).newestWorkload): RoundInput {
    const workloads = this.#workloadsUpTo(round, cutoff);
    return this.#weighAll(round, cutoff, workloads, this.#bindingIn(round));
  }

  /**
   * The round to post: canonical, over all open workloads. If it lists more entries than a full round needs, newer
   * workloads are left to the next one, so that it fits a transaction. What an earlier call has grouped is kept.
   */
  propose(round: number, matcher: Matcher = certifiedMatcher): RoundProposal {
    const { fullRound } = this.state.parametersAt(round);
    if (matcher !== certifiedMatcher) return this.#proposalOf(round, fullRound, matcher);
    const classed = this.#classed(round, this.#bindingIn(round));
    const { count, entries } = fullRoundOfClasses(classed, fullRound);
    const { newestWorkload } = this.state.countersAt(round);
    const cutoff = count === classed.rows ? newestWorkload : classed.workloads[count - 1]!.id;
    return proposal(round, cutoff, entries, () => this.candidates(round, cutoff));
  }

  /**
   * Everything that is wrong with the entries of a round that covers workloads up to `cutoff`; empty iff they withstand every
   * challenge. By classes, so that it takes no longer than to compute the round.
   */
  violations(round: number, { cutoff, entries }: Posted): Violation[] {
    return checkCertificate(this.#classedUpTo(round, cutoff), entries);
  }

  /** The round as it would be under other parameters: what a vote would change. */
  whatIf(round: number, parameters: Partial<ParameterValues>): RoundProposal {
    const binding = this.#bindingIn(round);
    const cutoff = binding.counters.newestWorkload;
    const changed = { ...binding, parameters: { ...binding.parameters, ...parameters } };
    const entries = certifiedRoundOfClasses(this.#classed(round, changed));
    const workloads = this.state.openWorkloadsAt(round);
    return proposal(round, cutoff, entries, () => this.#weighAll(round, cutoff, workloads, changed));
  }

  /** Every node with why or why not, for a workload of the network or a draft of one. */
  explain(workload: number | Draft, round: number): Explanation {
    return typeof workload === 'number'
      ? this.#explainWorkload(workload, round)
      : this.#explainDraft(workload, round);
  }

  /**
   * What a node would have had to ask to have a workload in a round, and to have any. Clears the round again some forty
   * times, all else being equal.
   */
  askToWin(workload: number, node: number, round: number): AskToWin {
    const subject = this.#workload(workload, round);
    const record = this.state.recordAt(node, round);
    if (record === undefined) {
      throw new AICChainError('UnknownNode', `there is no node ${node} in round ${round}`, {
        hint: 'See `aicchain market` for the nodes.',
      });
    }
    const candidate = this.explain(workload, round).candidates.find(({ node: id }) => id === node)!;
    const posted = this.state.rounds.get(round);
    const input = posted ? this.candidates(round, posted.cutoff) : this.propose(round).candidates;
    const binding = this.#bindingIn(round);
    return {
      node: candidate.node,
      workload: subject.id,
      askMicroPerGpuHour: record.askMicroPerGpuHour,
      ...highestAsks(input, input.instance, candidate.node, subject.id, certifiedMatcher),
      features:
        candidate.weight.ineligible === 'None'
          ? [...features(subject.spec, record, subject.budgetMicro, round, binding.counters)]
          : undefined,
      candidate,
    };
  }

  #explainWorkload(id: number, round: number): Explanation {
    const subject = this.#workload(id, round);
    const posted = this.state.rounds.get(round);
    const entries = posted?.entries ?? this.propose(round).entries;
    const input = this.#weighAll(round, id, [subject], this.#bindingIn(round));
    return explanation(input, entries, {
      isPosted: posted !== undefined,
      isVoided: this.state.isVoided(round),
    });
  }

  #workload(id: number, round: number): Subject {
    const row = this.state.workloads.get(id);
    if (row !== undefined) return row;
    throw new AICChainError('UnknownWorkload', `workload ${id} is not in the log`, {
      hint: `The newest is ${this.state.countersAt(round).newestWorkload}.`,
    });
  }

  /** As if it were submitted in the round before, beside everything that is open already. */
  #explainDraft(draft: Draft, round: number): Explanation {
    const binding = this.#bindingIn(round);
    const { newestWorkload, openWorkloads } = binding.counters;
    const id = WorkloadId(newestWorkload + 1);
    const subject: Subject = { ...draft, id };
    const counters = { ...binding.counters, newestWorkload: id, openWorkloads: openWorkloads + 1 };
    const workloads = [...this.state.openWorkloadsAt(round), subject];
    const input = this.#weighAll(round, id, workloads, { ...binding, counters }, id);
    const last = workloads.length - 1;
    const entries = certifiedMatcher.match(input.instance);
    const alone = { ...input, workloads: [subject], weights: [input.weights[last]!] };
    return explanation(alone, entries, { isPosted: false, isVoided: false });
  }

  /** Of a matcher that needs every pair. */
  #proposalOf(round: number, fullRound: number, matcher: Matcher): RoundProposal {
    const all = this.candidates(round);
    const entries = matcher.match(all.instance);
    if (entries.length <= fullRound) return proposal(round, all.cutoff, entries, () => all);
    // Entries never get fewer with a higher cutoff by more than ties allow; what is returned is full in any case.
    const upTo = (index: number) => {
      const input = this.candidates(round, all.workloads[index]!.id);
      return proposal(round, input.cutoff, matcher.match(input.instance), () => input);
    };
    let low = fullRound - 1; // fewer workloads cannot make a full round
    let high = all.workloads.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo(middle).entries.length >= fullRound) high = middle;
      else low = middle + 1;
    }
    return upTo(high);
  }

  /** Of single pairs, by id; undefined where one of the two does not exist in the round. */
  #weightsOf(round: number): (workload: number, node: number) => Weight | undefined {
    const binding = this.#bindingIn(round);
    return (workload, node) => {
      const subject = this.state.workloads.get(workload);
      const record = this.state.recordAt(node, round);
      if (subject === undefined || record === undefined) return undefined;
      return weighIn(round, binding, subject, record, this.state.isOpenAt(workload, round));
    };
  }

  /** The open workloads that a round with that cutoff covers. */
  #workloadsUpTo(round: number, cutoff: number): readonly Subject[] {
    return this.state.openWorkloadsAt(round).filter(({ id }) => id <= cutoff);
  }

  #classedUpTo(round: number, cutoff: number): ClassedRound {
    const workloads = this.#workloadsUpTo(round, cutoff);
    return this.#classed(round, this.#bindingIn(round), workloads);
  }

  /** The round by classes of nodes; good until the next one is asked for. */
  #classed(
    round: number,
    { parameters, counters, policy }: Binding,
    workloads: readonly Subject[] = this.state.openWorkloadsAt(round),
  ): ClassedRound {
    this.#nodes.update(round, nodesIn(this.state, round));
    return new ClassedRound({
      nodes: this.#nodes,
      workloads,
      parameters,
      scores: policyScores(policy, round, counters),
    });
  }

  /** Everything but the pair that a weight of `round` depends on. */
  #bindingIn(round: number): Binding {
    const registered = this.state.policyAt(round);
    return {
      parameters: this.state.parametersAt(round),
      counters: this.state.countersAt(round),
      policy: registered && this.#policies.policy(registered),
    };
  }

  #weighAll(
    round: number,
    cutoff: number,
    workloads: readonly Subject[],
    binding: Binding,
    draft?: WorkloadId,
  ): RoundInput {
    const nodes = this.state
      .nodesAt(round)
      .map(({ id }) => ({ id, record: this.state.recordAt(id, round)! }));
    const weights = workloads.map((workload) => {
      const open = workload.id === draft || this.state.isOpenAt(workload.id, round);
      return nodes.map(({ record }) => weighIn(round, binding, workload, record, open));
    });
    const instance: RoundInstance = {
      round: Round(round),
      workloads,
      nodes,
      pair(w, c) {
        return pairOf(weights[w]![c]!);
      },
    };
    return { round: Round(round), cutoff, workloads, nodes, weights, instance };
  }
}

function* nodesIn(state: NetworkState, round: number): Iterable<BoundNode> {
  for (const { id, records } of state.nodes.values()) {
    const record = records.at(round)?.record;
    if (record !== undefined) yield { id, record };
  }
}

function proposal(
  round: number,
  cutoff: number,
  entries: readonly Entry[],
  candidates: () => RoundInput,
): RoundProposal {
  let weighed: RoundInput | undefined;
  return {
    round: Round(round),
    cutoff,
    entries,
    entriesHash: entriesHash(entries),
    get candidates() {
      weighed ??= candidates();
      return weighed;
    },
  };
}

interface Binding {
  readonly parameters: ParameterValues;
  readonly counters: NetworkCounters;
  /** undefined: price alone. */
  readonly policy: Policy | undefined;
}

function weighIn(
  round: number,
  { parameters, counters, policy }: Binding,
  { spec, budgetMicro }: Subject,
  record: NodeRecord,
  open: boolean,
): Weight {
  return weighPair({ spec, record, round, open, budgetMicro, parameters }, () =>
    policy === undefined ? 0 : policy.penalty(features(spec, record, budgetMicro, round, counters)),
  );
}
