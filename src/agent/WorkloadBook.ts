import { join } from 'node:path';
import type { Address } from '../domain/index.ts';
import type { Assignment } from './chainPort.ts';
import type { ContentStore } from './contentStore.ts';
import type { ContentHash } from './document.ts';
import type { RunRecord } from './drivers/Driver.ts';
import { decodeJobSpec } from './jobSpec.ts';
import { Journal } from './journal.ts';
import type { Metrics } from './RunLog.ts';

export interface StoredOutput {
  readonly name: string;
  readonly hash: ContentHash;
  readonly bytes: number;
}

/** How a run ended, as the node will say on chain. */
export interface Outcome {
  readonly ending: 'Completed' | 'ClientFault' | 'NodeFault' | 'TimedOut';
  /** Of the manifest of the outputs, or of the document that says what went wrong. */
  readonly digest: ContentHash;
  readonly doneBps: number;
  readonly detail: string;
  readonly outputs: readonly StoredOutput[];
  /** What the job last said of itself. */
  readonly metrics: Metrics;
}

/** One match of one workload to this node: it may come back after a fault, as another match. */
export interface Match {
  readonly workload: number;
  readonly matchedRound: number;
}

type Line = Match &
  (
    | { readonly line: 'accepted'; readonly client: Address; readonly specHash: ContentHash }
    | { readonly line: 'running'; readonly run: RunRecord }
    | { readonly line: 'ended'; readonly outcome: Outcome }
    | { readonly line: 'closed'; readonly as: string; readonly declared: boolean }
  );

/** What the node knows of a match. */
export interface MatchRecord extends Match {
  readonly client: Address;
  readonly specHash: ContentHash;
  /** The last process group that was started for it. */
  readonly run?: RunRecord;
  readonly outcome?: Outcome;
  /** Status on chain when it was over for this node. `declared`: by the outcome, so its outputs may be released. */
  readonly closed?: { readonly as: string; readonly declared: boolean };
}

/** The node's memory of its workloads, as its journal has it. */
export class WorkloadBook {
  private readonly journal: Journal<Line>;
  private readonly matches = new Map<string, MatchRecord>();

  constructor(dataDir: string) {
    this.journal = Journal.open<Line>(join(dataDir, 'journal'));
    for (const line of this.journal.entries) this.apply(line);
  }

  /** The newest match of a workload to this node. */
  find(workload: number): MatchRecord | undefined {
    return this.all().findLast((match) => match.workload === workload);
  }

  get(match: Match): MatchRecord | undefined {
    return this.matches.get(keyOf(match));
  }

  all(): MatchRecord[] {
    return [...this.matches.values()];
  }

  /** What matches that are not over still need of the store. */
  async needed(store: ContentStore): Promise<Set<ContentHash>> {
    const open = this.all().filter((match) => match.closed === undefined);
    const inputs = await Promise.all(open.map(({ specHash }) => inputsOf(specHash, store)));
    const ofOutcomes = open.flatMap(({ outcome }) =>
      outcome === undefined ? [] : [outcome.digest, ...outcome.outputs.map(({ hash }) => hash)],
    );
    return new Set([...open.map(({ specHash }) => specHash), ...inputs.flat(), ...ofOutcomes]);
  }

  accept(assignment: Assignment): void {
    const { workload, matchedRound, client, specHash } = assignment;
    this.write({ line: 'accepted', workload, matchedRound, client, specHash });
  }

  running(match: Match, run: RunRecord): void {
    this.write({ line: 'running', ...matchOf(match), run });
  }

  ended(match: Match, outcome: Outcome): void {
    this.write({ line: 'ended', ...matchOf(match), outcome });
  }

  closed(match: Match, as: string, declared: boolean): void {
    this.write({ line: 'closed', ...matchOf(match), as, declared });
  }

  close(): void {
    this.journal.close();
  }

  private write(line: Line): void {
    this.journal.append(line);
    this.apply(line);
  }

  private apply(line: Line): void {
    const key = keyOf(line);
    if (line.line === 'accepted') {
      const { workload, matchedRound, client, specHash } = line;
      this.matches.set(key, { workload, matchedRound, client, specHash });
      return;
    }
    const match = this.matches.get(key);
    if (match === undefined) return;
    if (line.line === 'running') this.matches.set(key, { ...match, run: line.run });
    if (line.line === 'ended') this.matches.set(key, { ...match, outcome: line.outcome });
    if (line.line === 'closed')
      this.matches.set(key, { ...match, closed: { as: line.as, declared: line.declared } });
  }
}

export const keyOf = (match: Match) => `${match.workload}-${match.matchedRound}`;
const matchOf = ({ workload, matchedRound }: Match): Match => ({ workload, matchedRound });

/** The inputs that a spec names. None where it was not handed over yet, or is no spec. */
export async function inputsOf(specHash: ContentHash, store: ContentStore): Promise<ContentHash[]> {
  try {
    return decodeJobSpec(await store.readBytes(specHash)).inputs.map((input) => input.hash);
  } catch {
    return [];
  }
}
