import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { AICChainError } from '../../domain/errors.ts';
import type { NodeService } from '../NodeService.ts';
import { answerChallenge, type ComputeChallenge, flopOf } from '../probe/compute.ts';
import { payload } from '../probe/payload.ts';
import { statements } from '../probe/session.ts';

/** Bounds of what one probe may ask of a node: probes are open to everyone. */
export const PROBE_LIMITS = { payloadBytes: 16 * 2 ** 20, size: 256, flop: 2e9, waiting: 8 } as const;

const seed = { type: 'string', minLength: 1, maxLength: 128 } as const;
const bytes = { type: 'integer', minimum: 1, maximum: PROBE_LIMITS.payloadBytes } as const;
const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** What auditors measure: round trip of a signed nonce, seeded payloads both ways, seeded matrix work. */
export function probeRoutes(app: FastifyInstance, service: NodeService): void {
  const { node, session, shaper, driver } = service;
  const oneGpu = new Queue(PROBE_LIMITS.waiting);
  const lines = new Limit(PROBE_LIMITS.waiting);

  app.get('/status', async () => ({ node, driver: driver.name, isolation: driver.isolation }));

  app.get('/report', async (_request, reply) => {
    const signed = service.report();
    if (signed === undefined)
      return reply.status(404).send({ error: { code: 'NO_REPORT', message: 'no report yet' } });
    const { report, signature } = signed;
    return { report: { ...report, computeMflops: Number(report.computeMflops) }, signature };
  });

  app.get('/session', async () => session.certificate);

  // The one answer that is made first and held then: what is timed here is the way, not the work.
  app.post<{ Body: { nonce: string } }>(
    '/ping',
    { schema: { body: object({ nonce: seed }) } },
    async (request) => {
      const signature = session.sign(statements.ping(node, request.body.nonce));
      await shaper.latency(request.arrivedMs);
      return { signature };
    },
  );

  app.get<{ Querystring: { seed: string; bytes: number } }>(
    '/bandwidth',
    { schema: { querystring: object({ seed, bytes }) } },
    async (request, reply) => {
      const done = lines.enter();
      reply.raw.once('close', done);
      reply.header('content-type', 'application/octet-stream').header('content-length', request.query.bytes);
      return reply.send(Readable.from(shaper.down.pace(payload(request.query.seed, request.query.bytes))));
    },
  );

  app.post<{ Querystring: { seed: string }; Body: Readable }>(
    '/bandwidth',
    { schema: { querystring: object({ seed }) } },
    async (request) => {
      const done = lines.enter();
      try {
        const { hash, length } = await digest(shaper.up.pace(request.body));
        return { hash, signature: session.sign(statements.upload(node, request.query.seed, length, hash)) };
      } finally {
        done();
      }
    },
  );

  app.post<{ Body: ComputeChallenge }>(
    '/compute',
    {
      schema: {
        body: object({
          seed,
          size: { type: 'integer', minimum: 8, maximum: PROBE_LIMITS.size },
          layers: { type: 'integer', minimum: 1, maximum: 100_000 },
        }),
      },
    },
    async ({ body }) => {
      if (flopOf(body) > PROBE_LIMITS.flop)
        throw new AICChainError(
          'CONTENT_TOO_LARGE',
          `${flopOf(body)} FLOP are more than ${PROBE_LIMITS.flop}`,
        );
      return oneGpu.run(async () => {
        const beganMs = performance.now();
        const answer = await answerChallenge(body);
        await shaper.compute(beganMs, flopOf(body));
        const statement = statements.compute(node, body.seed, body.size, body.layers, answer);
        return { answer, signature: session.sign(statement) };
      });
    },
  );
}

async function digest(source: AsyncIterable<Uint8Array>): Promise<{ hash: string; length: number }> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > PROBE_LIMITS.payloadBytes)
      throw new AICChainError(
        'CONTENT_TOO_LARGE',
        `the payload is larger than ${PROBE_LIMITS.payloadBytes} bytes`,
      );
    hash.update(chunk);
  }
  return { hash: hash.digest('hex'), length };
}

/** At most so many at a time. */
class Limit {
  private inside = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Returns how to leave. */
  enter(): () => void {
    if (this.inside >= this.most)
      throw new AICChainError('BUSY', 'too many probes at a time', { retryable: true });
    this.inside += 1;
    let left = false;
    return () => {
      if (!left) this.inside -= 1;
      left = true;
    };
  }
}

/** One after the other: two challenges at once would each see half a GPU. */
class Queue {
  private readonly limit: Limit;
  private last: Promise<unknown> = Promise.resolve();

  constructor(most: number) {
    this.limit = new Limit(most);
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.limit.enter();
    const result = this.last.then(work);
    this.last = result.catch(() => {});
    return result.finally(done);
  }
}
