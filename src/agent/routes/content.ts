import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { AICChainError } from '../../domain/errors.ts';
import type { ContentHash } from '../document.ts';
import type { NodeService } from '../NodeService.ts';
import { mayRead, signerOf } from './access.ts';

const params = {
  type: 'object',
  properties: { hash: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } },
  required: ['hash'],
} as const;

/** Inputs in, outputs out, by content hash. */
export function contentRoutes(app: FastifyInstance, service: NodeService): void {
  const { store, chain, shaper, node } = service;
  type Route = { Params: { hash: ContentHash }; Body: Readable };

  app.put<Route>('/content/:hash', { schema: { params }, bodyLimit: store.quotaBytes }, async (request) => {
    const { hash } = request.params;
    const { signer, bodyHash } = await signerOf(request, service);
    if (bodyHash !== hash)
      throw new AICChainError('UNAUTHORIZED', `the signature is for a body ${bodyHash}, not ${hash}`);
    if (!(await chain.isClientFor(signer, node)))
      throw new AICChainError('NOT_CLIENT', `${signer} has no open workload, and none on this node`);
    return store.put(shaper.up.pace(request.body), { expected: hash });
  });

  app.get<Route>('/content/:hash', { schema: { params } }, async (request, reply) => {
    const { hash } = request.params;
    const { signer } = await signerOf(request, service);
    // What may not be read is not told apart from what is not there.
    const bytes = (await mayRead(signer, hash, service)) ? await store.bytesOf(hash) : undefined;
    if (bytes === undefined)
      throw new AICChainError('UNKNOWN_CONTENT', `${hash} is not here, not yours, or not yet released`);
    reply.header('content-type', 'application/octet-stream').header('content-length', bytes);
    return reply.send(Readable.from(shaper.down.pace(await store.read(hash))));
  });
}
