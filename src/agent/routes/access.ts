import type { FastifyRequest } from 'fastify';
import { AICChainError } from '../../domain/errors.ts';
import type { Address } from '../../domain/index.ts';
import type { ContentHash } from '../document.ts';
import type { NodeService } from '../NodeService.ts';
import { authenticate } from '../requestAuth.ts';
import { inputsOf } from '../WorkloadBook.ts';

/** Who signed the request, and which body. */
export async function signerOf(request: FastifyRequest, service: NodeService) {
  return authenticate(request.headers, {
    method: request.method,
    path: request.raw.url ?? request.url,
    node: service.node,
    chainId: service.chain.chainId,
    nowSec: Math.floor(Date.now() / 1000),
  });
}

/** Refuses all but the client of the workload. */
export function requireClient(signer: Address, client: Address, workload: number): void {
  if (signer.toLowerCase() !== client.toLowerCase())
    throw new AICChainError('NOT_CLIENT', `${signer} is not the client of workload ${workload}`);
}

/**
 * Whether an account may read a file: its own workloads' specs and inputs, and what came of them once that stands on
 * chain (nobody takes a result and cancels).
 */
export async function mayRead(signer: Address, hash: ContentHash, service: NodeService): Promise<boolean> {
  const own = service.book.all().filter((match) => match.client.toLowerCase() === signer.toLowerCase());
  for (const { specHash, outcome, closed } of own) {
    if (hash === specHash) return true;
    const isReleased = closed?.declared === true && outcome !== undefined;
    if (isReleased && (hash === outcome.digest || outcome.outputs.some((output) => output.hash === hash)))
      return true;
    if ((await inputsOf(specHash, service.store)).includes(hash)) return true;
  }
  return false;
}
