import { keccak_256 } from '@noble/hashes/sha3';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils';
import type { Address, Hex, Measurement } from '../domain/index.ts';

export type { Measurement };

/** EIP-712 domain of a contract of the network: TruthfulReporting for reports, ComputeNodes for certificates. */
export function signingDomain(chainId: number, verifyingContract: Address) {
  return { name: 'AICChain', version: '1', chainId, verifyingContract } as const;
}

/** What a node says of itself for an epoch, signed by its owner. */
export interface Report {
  readonly node: number;
  readonly epoch: number;
  readonly gpus: number;
  readonly latencyUs: number;
  readonly bandwidthMbps: number;
  /** Per GPU. */
  readonly computeMflops: bigint;
  /** Per GPU. */
  readonly watts: number;
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

/** That a node runs on renewable energy until a round; signed by the green issuer, each nullifier counts once. */
export interface GreenCertificate {
  readonly node: number;
  readonly untilRound: number;
  readonly nullifier: Hex;
}

export const GREEN_CERTIFICATE_TYPES = {
  GreenCertificate: [
    { name: 'node', type: 'uint32' },
    { name: 'untilRound', type: 'uint32' },
    { name: 'nullifier', type: 'bytes32' },
  ],
} as const;

/** Typed data of a report, as a wallet signs it and `commitReport` recovers it. */
export function reportTypedData(report: Report, chainId: number, truthfulReporting: Address) {
  return {
    domain: signingDomain(chainId, truthfulReporting),
    types: REPORT_TYPES,
    primaryType: 'Report',
    message: report,
  } as const;
}

/** Typed data of a green certificate, as `presentGreenCertificate` recovers it. */
export function greenCertificateTypedData(
  certificate: GreenCertificate,
  chainId: number,
  computeNodes: Address,
) {
  return {
    domain: signingDomain(chainId, computeNodes),
    types: GREEN_CERTIFICATE_TYPES,
    primaryType: 'GreenCertificate',
    message: certificate,
  } as const;
}

/** Who commits to what, where: everything that keeps a commitment from being replayed. */
export interface MeasurementCommitment {
  readonly chainId: number;
  readonly truthfulReporting: Address;
  readonly auditor: Address;
  readonly epoch: number;
  /** Ascending by node. */
  readonly measurements: readonly Measurement[];
  readonly salt: Hex;
}

/** abi.encode(block.chainid, address(this), auditor, epoch, measurements, salt): what the commitment hashes. */
export function commitmentPreimage(of: MeasurementCommitment): Hex {
  const head = [of.chainId, of.truthfulReporting, of.auditor, of.epoch, MEASUREMENTS_OFFSET, of.salt];
  const words = of.measurements.flatMap((m) => [
    m.node,
    Number(m.answered),
    m.latencyUs,
    m.bandwidthMbps,
    m.computeMflops,
  ]);
  return `0x${[...head, of.measurements.length, ...words].map(word).join('')}`;
}

/** The commitment of `commitMeasurements`; the preimage stays with the auditor until the reveal. */
export function measurementCommitment(of: MeasurementCommitment): Hex {
  return `0x${bytesToHex(keccak_256(hexToBytes(commitmentPreimage(of).slice(2))))}`;
}

/** The array comes after the head of six words. */
const MEASUREMENTS_OFFSET = 6 * 32;

/** One word of the ABI, without 0x; a fraction, a negative number or one too wide is refused. */
function word(value: number | Hex): string {
  const digits = BigInt(value).toString(16).padStart(64, '0');
  if (!/^[0-9a-f]{64}$/.test(digits)) throw new RangeError(`${value} is not an unsigned word`);
  return digits;
}
