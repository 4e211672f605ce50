import { encodeAbiParameters, keccak256, parseAbiParameters, recoverTypedDataAddress } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, test } from 'vitest';
import type { Hex } from '../domain/index.ts';
import {
  commitmentPreimage,
  greenCertificateTypedData,
  type MeasurementCommitment,
  measurementCommitment,
  reportTypedData,
} from './report.ts';

const CHAIN = 31_337;
const CONTRACT = '0x00000000000000000000000000000000000000aa';
const AUDITOR = '0x00000000000000000000000000000000000000bb';
const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const report = {
  ...{
    node: 1,
    epoch: 2,
    gpus: 8,
    latencyUs: 900,
    bandwidthMbps: 1_000,
    computeMflops: 19_500_000n,
    watts: 400,
  },
};
const commitment: MeasurementCommitment = {
  chainId: CHAIN,
  truthfulReporting: CONTRACT,
  auditor: AUDITOR,
  epoch: 7,
  measurements: [
    { node: 1, answered: true, latencyUs: 900, bandwidthMbps: 1_000, computeMflops: 2 ** 44 },
    { node: 4, answered: false, latencyUs: 0, bandwidthMbps: 0, computeMflops: 0 },
  ],
  salt: `0x${'5a'.repeat(32)}`,
};

describe('refused in a commitment', () => {
  test.each([-1, 0.5])('is a number that is no unsigned integer, as %d', (epoch) => {
    expect(() => commitmentPreimage({ ...commitment, epoch })).toThrow();
  });
});

describe('a commitment', () => {
  test.each([0, 1, 2])('is the hash of abi.encode, with %i measurements', (count) => {
    const measurements = commitment.measurements.slice(0, count);
    const types =
      'uint256, address, address, uint32, (uint32 node,bool answered,uint32 latencyUs,uint32 bandwidthMbps,uint64 computeMflops)[], bytes32';
    const expected = encodeAbiParameters(parseAbiParameters(types), [
      BigInt(CHAIN),
      CONTRACT,
      AUDITOR,
      7,
      measurements.map((m) => ({ ...m, computeMflops: BigInt(m.computeMflops) })),
      commitment.salt,
    ]);
    expect(commitmentPreimage({ ...commitment, measurements })).toBe(expected);
    expect(measurementCommitment({ ...commitment, measurements })).toBe(keccak256(expected));
  });

  test('invariant 14: holds for one auditor, epoch, chain, contract and salt only', () => {
    const others: Partial<MeasurementCommitment>[] = [
      { chainId: 1 },
      { truthfulReporting: AUDITOR },
      { auditor: CONTRACT },
      { epoch: 8 },
      { salt: `0x${'5b'.repeat(32)}` },
      { measurements: commitment.measurements.slice(1) },
    ];
    const hashes = [{}, ...others].map((other) => measurementCommitment({ ...commitment, ...other }));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('typed data', () => {
  test('of a report is what its signer signed, on one chain and contract', async () => {
    const signature = await account.signTypedData(reportTypedData(report, CHAIN, CONTRACT));
    const signer = (chainId: number, contract: Hex) =>
      recoverTypedDataAddress({ ...reportTypedData(report, chainId, contract), signature });
    expect(await signer(CHAIN, CONTRACT)).toBe(account.address);
    expect(await signer(1, CONTRACT)).not.toBe(account.address);
    expect(await signer(CHAIN, AUDITOR)).not.toBe(account.address);
  });

  test('of a green certificate is what the issuer signed', async () => {
    const certificate = { node: 1, untilRound: 1_000, nullifier: `0x${'07'.repeat(32)}` } as const;
    const signature = await account.signTypedData(greenCertificateTypedData(certificate, CHAIN, CONTRACT));
    const signer = (untilRound: number) =>
      recoverTypedDataAddress({
        ...greenCertificateTypedData({ ...certificate, untilRound }, CHAIN, CONTRACT),
        signature,
      });
    expect(await signer(1_000)).toBe(account.address);
    expect(await signer(1_001)).not.toBe(account.address);
  });
});
