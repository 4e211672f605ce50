import type { IncomingHttpHeaders } from 'node:http';
import type { LocalAccount } from 'viem';
import { recoverMessageAddress } from 'viem/utils';
import { AICChainError } from '../domain/errors.ts';
import type { Address, Hex } from '../domain/ids.ts';
import { type ContentHash, contentHash, isContentHash } from './document.ts';

/** What a client signs for every request to a node. It is good for this request, at this node, for a short time. */
export interface SignedRequest {
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  readonly bodyHash: ContentHash;
  readonly node: number;
  readonly chainId: number;
  readonly expiresSec: number;
}

/** A request may be used for this long, and clocks may differ by `SKEW_SEC`. */
export const REQUEST_LIFETIME_SEC = 300;
export const SKEW_SEC = 30;
export const EMPTY_BODY = contentHash(new Uint8Array());

export async function signRequest(
  account: LocalAccount,
  request: SignedRequest,
): Promise<Record<string, string>> {
  const signature = await account.signMessage({ message: requestText(request) });
  return {
    authorization: `AICChain expires=${request.expiresSec},signature=${signature}`,
    'x-body-hash': request.bodyHash,
  };
}

/** Who signed the request. Whether the body has the signed hash is for whoever reads the body to check. */
export async function authenticate(
  headers: IncomingHttpHeaders,
  of: { method: string; path: string; node: number; chainId: number; nowSec: number },
): Promise<{ signer: Address; bodyHash: ContentHash }> {
  const match = /^AICChain expires=(\d{1,12}),signature=(0x[0-9a-fA-F]{130})$/.exec(
    headers.authorization ?? '',
  );
  if (match === null) throw unauthorized('the request carries no "AICChain expires=…,signature=…"');
  const expiresSec = Number(match[1]);
  if (expiresSec + SKEW_SEC < of.nowSec) throw unauthorized(`the request expired at ${expiresSec}`);
  if (expiresSec > of.nowSec + REQUEST_LIFETIME_SEC + SKEW_SEC)
    throw unauthorized(`the request expires at ${expiresSec}, more than ${REQUEST_LIFETIME_SEC} s ahead`);
  const bodyHash = headers['x-body-hash'];
  if (!isContentHash(bodyHash)) throw unauthorized('the request carries no x-body-hash');
  const { method, path, node, chainId } = of;
  const message = requestText({ method, path, bodyHash, node, chainId, expiresSec });
  try {
    return { signer: await recoverMessageAddress({ message, signature: match[2] as Hex }), bodyHash };
  } catch {
    throw unauthorized('the signature of the request is malformed');
  }
}

function requestText(r: SignedRequest): string {
  return `AICChain request\n${r.method} ${r.path}\nbody ${r.bodyHash}\nnode ${r.node} of chain ${r.chainId}\nexpires ${r.expiresSec}`;
}

function unauthorized(why: string): AICChainError {
  return new AICChainError('UNAUTHORIZED', why, {
    hint: "Sign the request with the workload's client key.",
  });
}
