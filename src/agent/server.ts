import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { AICChainError } from '../domain/errors.ts';
import type { NodeService } from './NodeService.ts';
import { contentRoutes } from './routes/content.ts';
import { probeRoutes } from './routes/probe.ts';
import { workloadRoutes } from './routes/workloads.ts';

export interface NodeServer {
  readonly port: number;
  close(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** When a ping came (performance.now()), before it was read. */
    arrivedMs: number;
  }
}

const MOST_CONNECTIONS = 256;

/** Serves probes to auditors and workloads to their clients over HTTP. Everything it answers is shaped to the node's profile. */
export async function serve(service: NodeService): Promise<NodeServer> {
  const app = fastify({
    bodyLimit: 1024 * 1024,
    connectionTimeout: 120_000,
    requestTimeout: 600_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
    return503OnClosing: true,
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  app.server.headersTimeout = 10_000;
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.url !== '/ping') await service.shaper.latency(performance.now());
    else request.arrivedMs = performance.now();
  });
  app.decorateRequest('arrivedMs', 0);
  answerErrors(app);
  probeRoutes(app, service);
  contentRoutes(app, service);
  workloadRoutes(app, service);
  try {
    await app.listen({ host: service.host, port: service.port });
  } catch (cause) {
    throw cannotListen(cause as NodeJS.ErrnoException, service);
  }
  const { port } = app.server.address() as AddressInfo;
  return { port, close: () => app.close() };
}

const STATUS_OF: Readonly<Record<string, number>> = {
  UNAUTHORIZED: 401,
  NOT_CLIENT: 403,
  UNKNOWN_CONTENT: 404,
  UNKNOWN_WORKLOAD: 404,
  CONTENT_TOO_LARGE: 413,
  HASH_MISMATCH: 422,
  BAD_JOB_SPEC: 422,
  BUSY: 503,
  STORE_FULL: 507,
};

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _request, reply) => {
    if (error instanceof AICChainError) {
      const { code, message, hint } = error;
      return reply.status(STATUS_OF[code] ?? 500).send({ error: { code, message, hint } });
    }
    const status = error.statusCode ?? 500;
    const message = status < 500 ? error.message : 'the node failed to answer';
    return reply.status(status).send({ error: { code: error.code ?? 'INTERNAL', message } });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send({ error: { code: 'NO_ROUTE', message: `no ${request.method} ${request.url}` } }),
  );
}

function cannotListen(cause: NodeJS.ErrnoException, { host, port }: NodeService): AICChainError {
  const why = cause.code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be used (${cause.code})`;
  return new AICChainError('PORT_UNAVAILABLE', `port ${port} of ${host} ${why}`, {
    hint: 'Set another port in node.json, or 0 for any free one.',
    cause,
  });
}
