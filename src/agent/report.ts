import type { LocalAccount } from 'viem';
import type { Address, Hex } from '../domain/ids.ts';

/** What a node says of itself for an epoch, in real units (ITruthfulReporting.commitReport). */
export interface NodeReport {
  readonly node: number;
  readonly epoch: number;
  readonly gpus: number;
  readonly latencyUs: number;
  readonly bandwidthMbps: number;
  /** Per GPU. */
  readonly computeMflops: number;
  /** Per GPU. */
  readonly watts: number;
}

export interface SignedReport {
  readonly report: NodeReport;
  readonly signature: Hex;
}

/** The EIP-712 domain of TruthfulReporting on one chain. */
export interface ReportDomain {
  readonly name: string;
  readonly version: string;
  readonly chainId: number;
  readonly verifyingContract: Address;
}

export const REPORT_TYPES = {
  Report: [
    { name: 'node', type: 'uint32' },
    { name: 'epoch', type: 'uint32' },
    { name: 'gpus', type: 'uint16' },
    { name: 'latencyUs', type: 'uint32' },
    { name: 'bandwidthMbps', type: 'uint32' },
    { name: 'computeMflops', type: 'uint64' },
    { name: 'watts', type: 'uint32' },
  ],
} as const;

export async function signReport(
  account: LocalAccount,
  domain: ReportDomain,
  report: NodeReport,
): Promise<SignedReport> {
  const signature = await account.signTypedData({
    domain,
    types: REPORT_TYPES,
    primaryType: 'Report',
    message: { ...report, computeMflops: BigInt(report.computeMflops) },
  });
  return { report, signature };
}
