import { createHash } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';

/** No answer of a probe is longer, payloads apart. */
const LONGEST_ANSWER = 65_536;

/** One connection to a node, kept open, so that what is timed is the answer and not the handshake. */
export class ProbeConnection {
  private readonly endpoint: URL;
  private readonly timeoutMs: number;
  private readonly totalMs: number;
  private readonly endMs: number;
  private readonly agent: Agent;

  /** `timeoutMs` for one answer, `totalMs` for all of them: a node that dawdles must not hold up the audit of others. */
  constructor(endpoint: string, { timeoutMs, totalMs }: { timeoutMs: number; totalMs: number }) {
    this.endpoint = new URL(endpoint);
    this.timeoutMs = timeoutMs;
    this.totalMs = totalMs;
    this.endMs = performance.now() + totalMs;
    const options = { keepAlive: true, maxSockets: 1, noDelay: true };
    this.agent = this.endpoint.protocol === 'https:' ? new TlsAgent(options) : new Agent(options);
  }

  close(): void {
    this.agent.destroy();
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<{ body: T; ms: number }> {
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    const { answer, ms } = await this.timed(method, path, 'application/json', bytes, bytes.length, readText);
    return { body: JSON.parse(answer) as T, ms };
  }

  /** The hash of what comes, which must be `bytes` long. */
  async download(path: string, bytes: number): Promise<{ hash: string; ms: number }> {
    const { answer, ms } = await this.timed('GET', path, '', Buffer.alloc(0), 0, (r) => readHash(r, bytes));
    return { hash: answer, ms };
  }

  async upload<T>(
    path: string,
    source: AsyncIterable<Buffer>,
    bytes: number,
  ): Promise<{ body: T; ms: number }> {
    const type = 'application/octet-stream';
    const { answer, ms } = await this.timed('POST', path, type, source, bytes, readText);
    return { body: JSON.parse(answer) as T, ms };
  }

  /** From before the request is sent until the answer is read. */
  private async timed(
    method: string,
    path: string,
    type: string,
    body: Buffer | AsyncIterable<Buffer>,
    bytes: number,
    read: (response: IncomingMessage) => Promise<string>,
  ): Promise<{ answer: string; ms: number }> {
    const send = this.endpoint.protocol === 'https:' ? tlsRequest : request;
    const beganMs = performance.now();
    const outgoing = send(new URL(path, this.endpoint), {
      method,
      agent: this.agent,
      headers: bytes === 0 ? {} : { 'content-type': type, 'content-length': bytes },
    });
    const leftMs = this.endMs - beganMs;
    const why =
      leftMs < this.timeoutMs
        ? `the probes took longer than ${this.totalMs} ms`
        : `no answer in ${this.timeoutMs} ms`;
    const giveUp = () => outgoing.destroy(new Error(why));
    const timer = setTimeout(giveUp, Math.max(0, Math.min(leftMs, this.timeoutMs)));
    try {
      const answered = new Promise<IncomingMessage>((resolve, reject) => {
        outgoing.once('response', resolve);
        outgoing.once('error', reject);
      });
      // A short body leaves with its head, in one packet.
      const sent = Buffer.isBuffer(body) ? outgoing.end(body) : pipeline(body, outgoing);
      const [response] = await Promise.all([answered, sent]);
      const answer = await read(response);
      const ms = performance.now() - beganMs;
      if (response.statusCode !== 200)
        throw new Error(`${method} ${path}: HTTP ${response.statusCode} ${answer}`);
      return { answer, ms };
    } finally {
      clearTimeout(timer);
    }
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) {
    text += chunk;
    if (text.length > LONGEST_ANSWER) throw new Error('the answer is too long');
  }
  return text;
}

async function readHash(response: IncomingMessage, bytes: number): Promise<string> {
  const digest = createHash('sha256');
  let left = bytes;
  for await (const chunk of response) {
    left -= chunk.length;
    if (left < 0) throw new Error(`the payload is longer than ${bytes} bytes`);
    digest.update(chunk);
  }
  return digest.digest('hex');
}
