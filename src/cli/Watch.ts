import { known, type NodeState, type WorkloadState } from '../state/index.ts';
import type { Session, View } from './Session.ts';

const LOOK_EVERY_MS = 500;

/** A workload at one moment. */
export interface Seen extends WorkloadState {
  /** Of the matches so far, how many nodes have got the inputs from here. */
  readonly delivered: number;
  /** The node that it is matched with. */
  readonly nodeState: NodeState;
  readonly isOver: boolean;
}

/** Follows one workload through the log. */
export class Watch {
  readonly #session: Session;
  readonly #view: View;
  readonly #workload: number;
  #delivered = 0;

  private constructor(session: Session, view: View, workload: number) {
    this.#session = session;
    this.#view = view;
    this.#workload = workload;
  }

  static async over(session: Session, workload: number): Promise<Watch> {
    return new Watch(session, await session.view(), workload);
  }

  /** The current match's node has the inputs. */
  delivered(): void {
    this.#delivered = this.#row().matches;
  }

  /** Looks again and again until `enough` says so. */
  async until(enough: (now: Seen) => Promise<boolean>): Promise<Seen> {
    return this.#session.out.task(`Workload ${this.#workload}`, async (update) => {
      for (;;) {
        await this.#view.feed.poll();
        const now = this.#seen();
        update(now.status);
        if ((await enough(now)) || now.isOver) return this.#seen();
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    });
  }

  #row(): WorkloadState {
    return known(this.#view.state.workloads, this.#workload, 'workload');
  }

  #seen(): Seen {
    const row = this.#row();
    const { nodes } = this.#view.state;
    return {
      ...row,
      delivered: this.#delivered,
      get nodeState() {
        return known(nodes, row.node, 'node');
      },
      isOver: row.status === 'Settled' || row.status === 'Refunded',
    };
  }
}
