import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { LocalAccount } from 'viem';
import { recoverMessageAddress } from 'viem/utils';
import { AICChainError } from '../../domain/errors.ts';
import type { Address, Hex } from '../../domain/ids.ts';

/**
 * What ties the quick answers of a probe to a node: its Ethereum key signs, once, an ed25519 key that lives as long as
 * the process; that key then signs every answer within microseconds.
 */
export interface SessionCertificate {
  readonly node: number;
  readonly chainId: number;
  /** Raw ed25519 public key, hex. */
  readonly publicKey: Hex;
  readonly expiresSec: number;
  /** Of the node's Ethereum key, over the four above. */
  readonly signature: Hex;
}

export interface Session {
  readonly certificate: SessionCertificate;
  sign(statement: string): string;
  /** Certifies the same key for longer, once half of its time is over. */
  renew(nowSec: number): Promise<void>;
}

const LIFETIME_SEC = 7 * 86_400;
const SPKI_PREFIX = '302a300506032b6570032100';

export async function openSession(
  account: LocalAccount,
  of: { node: number; chainId: number; nowSec: number },
): Promise<Session> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const certify = async (nowSec: number): Promise<SessionCertificate> => {
    const fields = {
      node: of.node,
      chainId: of.chainId,
      publicKey: `0x${raw.toString('hex')}` as const,
      expiresSec: nowSec + LIFETIME_SEC,
    };
    return { ...fields, signature: await account.signMessage({ message: certificateText(fields) }) };
  };
  let certificate = await certify(of.nowSec);
  return {
    get certificate() {
      return certificate;
    },
    sign: (statement) => sign(null, Buffer.from(statement), privateKey).toString('base64'),
    async renew(nowSec) {
      if (nowSec > certificate.expiresSec - LIFETIME_SEC / 2) certificate = await certify(nowSec);
    },
  };
}

/** Checks that the certificate is of this node and key, and returns a check of what the session signs. */
export async function verifySession(
  certificate: SessionCertificate,
  expected: { node: number; chainId: number; address: Address; nowSec: number },
): Promise<(statement: string, signature: string) => boolean> {
  const { signature, ...fields } = certificate;
  const { node, chainId, expiresSec } = fields;
  if (node !== expected.node || chainId !== expected.chainId)
    throw refused(`is of node ${node} on chain ${chainId}, not ${expected.node} on ${expected.chainId}`);
  if (expiresSec < expected.nowSec) throw refused(`expired at ${expiresSec}`);
  const signer = await recoverMessageAddress({ message: certificateText(fields), signature });
  if (signer.toLowerCase() !== expected.address.toLowerCase())
    throw refused(`is signed by ${signer}, not ${expected.address}`);
  const key = publicKeyOf(fields.publicKey);
  return (statement, answer) => verify(null, Buffer.from(statement), key, Buffer.from(answer, 'base64'));
}

/** What the session key signs; the node and the question are always part of it. */
export const statements = {
  ping: (node: number, nonce: string) => `ping ${node} ${nonce}`,
  upload: (node: number, seed: string, bytes: number, hash: string) =>
    `upload ${node} ${seed} ${bytes} ${hash}`,
  compute: (node: number, seed: string, size: number, layers: number, answer: string) =>
    `compute ${node} ${seed} ${size} ${layers} ${answer}`,
} as const;

function certificateText(c: Omit<SessionCertificate, 'signature'>): string {
  return `AICChain session\nnode ${c.node} of chain ${c.chainId}\nkey ${c.publicKey}\nexpires ${c.expiresSec}`;
}

function publicKeyOf(raw: Hex): KeyObject {
  const der = Buffer.from(SPKI_PREFIX + raw.slice(2), 'hex');
  return createPublicKey({ key: der, type: 'spki', format: 'der' });
}

function refused(why: string): AICChainError {
  return new AICChainError('BAD_SESSION', `the session certificate ${why}`);
}
