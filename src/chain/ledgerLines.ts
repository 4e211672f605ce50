import type { Address, Hex } from '../domain/ids.ts';

/** The kinds of ledger line, in the order of `LineKind` (LedgerLines.sol). */
export const LINE_KINDS = [
  'None',
  'Available',
  'Escrow',
  'ContestBond',
  'NodeStake',
  'AuditorStake',
  'AuditorPool',
  'MatcherBond',
  'CommunityFund',
  'Treasury',
  'Burned',
] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** The line of a kind and its owner: an address, a node or workload id, or 0 where there is one only. */
export function ledgerLine(kind: LineKind, owner: Address | number = 0): Hex {
  const id = BigInt(owner).toString(16).padStart(40, '0');
  return `0x${LINE_KINDS.indexOf(kind).toString(16).padStart(2, '0')}${'0'.repeat(22)}${id}`;
}

/** A line as a user knows it: "the stake of node 3". */
export function lineName(line: string): string {
  const kind = LINE_KINDS[Number.parseInt(line.slice(2, 4), 16)] ?? 'None';
  const account = `0x${line.slice(-40)}`;
  const id = Number.parseInt(line.slice(-8), 16);
  switch (kind) {
    case 'Available':
      return `the vault account of ${account}`;
    case 'Escrow':
      return 'the escrow of all workloads';
    case 'ContestBond':
      return `the contest bond of workload ${id}`;
    case 'NodeStake':
      return `the stake of node ${id}`;
    case 'AuditorStake':
      return `the stake of auditor ${account}`;
    case 'AuditorPool':
      return "the auditors' pool";
    case 'MatcherBond':
      return `the bond of matcher ${account}`;
    case 'CommunityFund':
      return 'the Community Fund';
    case 'Treasury':
      return 'the treasury';
    case 'Burned':
      return 'what is to be burned';
    case 'None':
      return `the unknown ledger line ${line}`;
  }
}
