import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AICChainError } from '../../domain/errors.ts';
import { WorkloadId } from '../../domain/index.ts';
import { contentHash } from '../document.ts';
import { decodeJobSpec } from '../jobSpec.ts';
import type { NodeService } from '../NodeService.ts';
import { keyOf, type MatchRecord } from '../WorkloadBook.ts';
import { requireClient, signerOf } from './access.ts';

const params = {
  type: 'object',
  properties: { id: { type: 'integer', minimum: 1, maximum: 2 ** 32 - 1 } },
  required: ['id'],
} as const;
const querystring = {
  type: 'object',
  properties: {
    follow: { type: 'integer', minimum: 0, maximum: 1, default: 0 },
    from: { type: 'integer', minimum: 0, default: 0 },
  },
} as const;

const LONGEST_SPEC_BYTES = 1024 * 1024;
const FOLLOW_EVERY_MS = 50;

/** A client hands over its spec, watches the run, and reads the log. */
export function workloadRoutes(app: FastifyInstance, service: NodeService): void {
  const { chain, node, store, book, driver, shaper } = service;
  type Route = { Params: { id: number }; Body: Readable; Querystring: { follow: 0 | 1; from: number } };

  app.post<Route>('/workloads/:id', { schema: { params } }, async (request) => {
    const id = WorkloadId(request.params.id);
    const { signer, bodyHash } = await signerOf(request, service);
    const workload = await chain.workload(id);
    const isHere = workload !== undefined && (workload.status === 'Open' || workload.node === node);
    if (!isHere)
      throw new AICChainError('UNKNOWN_WORKLOAD', `workload ${id} is neither open nor on this node`);
    requireClient(signer, workload.client, id);
    const document = await readAll(shaper.up.pace(request.body));
    const hash = contentHash(document);
    if (hash !== workload.specHash || hash !== bodyHash)
      throw new AICChainError(
        'HASH_MISMATCH',
        `the spec has hash ${hash}, workload ${id} has ${workload.specHash}`,
      );
    decodeJobSpec(document);
    await store.putBytes(document);
    return { workload: id, specHash: hash };
  });

  app.get<Route>('/workloads/:id', { schema: { params } }, async (request) => {
    const match = await matchFor(request, service);
    const run = service.runOf(match);
    const outcome = match.closed?.declared ? match.outcome : undefined;
    return {
      workload: match.workload,
      matchedRound: match.matchedRound,
      state: stateOf(match, run?.log !== undefined),
      driver: driver.name,
      isolation: driver.isolation,
      metrics: run?.log?.metrics ?? match.outcome?.metrics ?? {},
      ...(outcome === undefined ? {} : { outcome }),
    };
  });

  app.get<Route>('/workloads/:id/logs', { schema: { params, querystring } }, async (request, reply) => {
    const match = await matchFor(request, service);
    const { follow, from } = request.query;
    const isOver = () => {
      const now = book.get(match);
      return follow === 0 || now?.outcome !== undefined || now?.closed !== undefined;
    };
    // A quiet job is no dead connection.
    if (follow === 1) request.raw.socket.setTimeout(0);
    reply.header('content-type', 'text/plain; charset=utf-8');
    const path = join(service.runsDir, keyOf(match), 'log');
    const log = readLog(path, from, () => isOver() || reply.raw.destroyed);
    return reply.send(Readable.from(shaper.down.pace(log), { objectMode: false }));
  });

  async function matchFor(request: FastifyRequest<Route>, of: NodeService): Promise<MatchRecord> {
    const { id } = request.params;
    const { signer } = await signerOf(request, of);
    const match = await newestMatch(id);
    if (match === undefined)
      throw new AICChainError('UNKNOWN_WORKLOAD', `workload ${id} was never matched here`);
    requireClient(signer, match.client, id);
    return match;
  }

  /** The agent may not have looked at a match that the chain already has: its client may be quicker. */
  async function newestMatch(id: number): Promise<MatchRecord | undefined> {
    const known = book.find(id);
    if (known !== undefined && known.closed === undefined) return known;
    const now = await chain.workload(WorkloadId(id));
    const isNew = now?.status === 'Matched' && now.node === node && now.matchedRound !== known?.matchedRound;
    return isNew ? now : known;
  }
}

function stateOf(match: MatchRecord, isRunning: boolean): string {
  if (match.closed !== undefined) return match.closed.as;
  if (match.outcome !== undefined) return 'Declaring';
  return isRunning ? 'Running' : 'WaitingForClient';
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > LONGEST_SPEC_BYTES)
      throw new AICChainError('CONTENT_TOO_LARGE', `a spec is at most ${LONGEST_SPEC_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The log from a byte on; goes on as it grows, until it is over and all is read. */
async function* readLog(path: string, from: number, isOver: () => boolean): AsyncIterable<Buffer> {
  for (let at = from; ; ) {
    const over = isOver();
    const file = await open(path, 'r').catch(() => undefined);
    try {
      for (let read = 1; file !== undefined && read > 0; ) {
        const chunk = await file.read(Buffer.alloc(65_536), 0, 65_536, at);
        read = chunk.bytesRead;
        at += read;
        if (read > 0) yield chunk.buffer.subarray(0, read);
      }
    } finally {
      await file?.close();
    }
    if (over) return;
    await sleep(FOLLOW_EVERY_MS);
  }
}
