import type { NodeId } from '../domain/index.ts';
import type { Report } from '../reports/index.ts';
import type { AgentChain } from './chainPort.ts';
import type { ContentStore } from './contentStore.ts';
import type { Driver } from './drivers/Driver.ts';
import type { MatchRun } from './MatchRun.ts';
import type { Session } from './probe/session.ts';
import type { Shaper } from './shaping.ts';
import type { Match, WorkloadBook } from './WorkloadBook.ts';

/** The report of an epoch, signed by the node's owner. */
export interface SignedReport {
  readonly report: Report;
  readonly signature: `0x${string}`;
}

/** What the HTTP service of a node serves. */
export interface NodeService {
  readonly node: NodeId;
  readonly host: string;
  readonly port: number;
  readonly chain: Pick<AgentChain, 'chainId' | 'workload' | 'isClientFor'>;
  readonly store: ContentStore;
  readonly book: WorkloadBook;
  readonly driver: Pick<Driver, 'name' | 'isolation'>;
  readonly session: Session;
  readonly shaper: Shaper;
  readonly report: () => SignedReport | undefined;
  readonly runOf: (match: Match) => MatchRun | undefined;
  readonly runsDir: string;
}
