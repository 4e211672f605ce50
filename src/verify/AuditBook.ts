import type { Claims } from '../domain/index.ts';

interface Claimed {
  readonly fromEpoch: number;
  readonly claims: Claims;
}

/** What audits hold each node to, by epoch, and which of its epochs are closed. */
export class AuditBook {
  readonly #claimed = new Map<number, Claimed[]>();
  readonly #openFrom = new Map<number, number>();

  /** From `fromEpoch` on: the epoch of a registration, the one after a change. */
  claim(node: number, claims: Claims, fromEpoch: number): void {
    const before = this.#claimed.get(node) ?? [];
    this.#claimed.set(node, [...before.filter((one) => one.fromEpoch < fromEpoch), { fromEpoch, claims }]);
  }

  claimsAt(node: number, epoch: number): Claims | undefined {
    return this.#claimed.get(node)?.findLast(({ fromEpoch }) => fromEpoch <= epoch)?.claims;
  }

  isOpen(node: number, epoch: number): boolean {
    return epoch >= (this.#openFrom.get(node) ?? 0);
  }

  /** With a quorum: no epoch up to this one is closed again. */
  close(node: number, epoch: number): void {
    this.#openFrom.set(node, epoch + 1);
  }
}
