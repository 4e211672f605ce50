import { randomBytes } from 'node:crypto';
import type { ComputeChallenge } from '../agent/probe/compute.ts';
import { answerChallenge, flopOf } from '../agent/probe/compute.ts';
import { payload, payloadHash } from '../agent/probe/payload.ts';
import { type SessionCertificate, statements, verifySession } from '../agent/probe/session.ts';
import type { Address, Measured } from '../domain/index.ts';
import type { ClaimedMetrics } from '../reports/index.ts';
import { ProbeConnection } from './ProbeConnection.ts';

export interface MeasureTarget {
  readonly endpoint: string;
  readonly node: number;
  /** Of the node's owner: who must have signed what the endpoint answers. */
  readonly address: Address;
  readonly chainId: number;
  /**
   * What the node claims. Noise makes a node look worse, never better, and the match uses min(claim, audited):
   * so a metric is measured until the claim is met, or the tries are used up, and the best counts.
   */
  readonly claims?: ClaimedMetrics;
}

export interface MeasureOptions {
  /** Makes the questions unpredictable to the node; fresh by default. */
  readonly seed?: string;
  readonly pings?: number;
  /** Of bandwidth in each direction, and of compute. */
  readonly tries?: number;
  /** How long one transfer, and one compute probe, should take. */
  readonly probeMs?: number;
  /** For one answer. */
  readonly timeoutMs?: number;
  /** For one node, all probes together. */
  readonly totalMs?: number;
  readonly onRefusal?: (reason: string) => void;
}

const UNANSWERED: Measured = { answered: false, latencyUs: 0, bandwidthMbps: 0, computeMflops: 0 };
/** So many pings at least, however good the first. */
const FEWEST_PINGS = 4;

/**
 * Measures a node through its socket: round trip of signed nonces, seeded payloads both ways, seeded matrix work that
 * is computed again here. One wrong answer, signature or hash, or none in time: the node did not answer.
 * @example await measure({ endpoint: 'http://127.0.0.1:9101', node: 1, address, chainId: 31337 })
 */
export async function measure(target: MeasureTarget, options: MeasureOptions = {}): Promise<Measured> {
  let connection: ProbeConnection | undefined;
  try {
    const { timeoutMs = 10_000, totalMs = 60_000 } = options;
    connection = new ProbeConnection(target.endpoint, { timeoutMs, totalMs });
    return await new Probe(connection, target, options).measure();
  } catch (error) {
    options.onRefusal?.(error instanceof Error ? error.message : String(error));
    return UNANSWERED;
  } finally {
    connection?.close();
  }
}

class Probe {
  private readonly connection: ProbeConnection;
  private readonly target: MeasureTarget;
  private readonly seed: string;
  private readonly pings: number;
  private readonly tries: number;
  private readonly probeMs: number;
  private questions = 0;

  constructor(connection: ProbeConnection, target: MeasureTarget, options: MeasureOptions) {
    this.connection = connection;
    this.target = target;
    this.seed = options.seed ?? randomBytes(16).toString('hex');
    this.pings = options.pings ?? 15;
    this.tries = options.tries ?? 3;
    this.probeMs = options.probeMs ?? 100;
  }

  async measure(): Promise<Measured> {
    const { node, chainId, address, claims } = this.target;
    const certificate = await this.connection.json<SessionCertificate>('GET', '/session');
    const nowSec = Math.floor(Date.now() / 1000);
    const isSigned = await verifySession(certificate.body, { node, chainId, address, nowSec });
    const check = (statement: string, signature: string) => {
      if (!isSigned(statement, signature))
        throw new Error(`the answer to "${statement}" is not signed by the node`);
    };
    const latencyMs = await this.latency(check, (claims?.latencyUs ?? 0) / 1000);
    const bandwidth = await this.bandwidth(
      check,
      latencyMs,
      claims?.bandwidthMbps ?? Number.POSITIVE_INFINITY,
    );
    const compute = await this.compute(check, latencyMs, claims?.computeMflops ?? Number.POSITIVE_INFINITY);
    return {
      answered: true,
      latencyUs: Math.round(latencyMs * 1000),
      bandwidthMbps: Math.floor(bandwidth),
      computeMflops: Math.floor(compute),
    };
  }

  /** The least round trip, in ms. */
  private async latency(check: Check, claimedMs: number): Promise<number> {
    let leastMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.pings && (i < FEWEST_PINGS || leastMs > claimedMs); i++) {
      const nonce = this.question();
      const { body, ms } = await this.connection.json<{ signature: string }>('POST', '/ping', { nonce });
      check(statements.ping(this.target.node, nonce), body.signature);
      leastMs = Math.min(leastMs, ms);
    }
    return leastMs;
  }

  /** The worse of both directions, in Mbps. */
  private async bandwidth(check: Check, latencyMs: number, claimed: number): Promise<number> {
    const first = await this.download(131_072, latencyMs);
    // Sized for the time it should take, at the rate just seen.
    const bytes = Math.max(131_072, Math.min(8 * 2 ** 20, Math.round(first * 125 * this.probeMs)));
    const down = await this.best(claimed, () => this.download(bytes, latencyMs));
    const up = await this.best(claimed, () => this.upload(check, bytes, latencyMs));
    return Math.min(down, up);
  }

  private async download(bytes: number, latencyMs: number): Promise<number> {
    const seed = this.question();
    const expected = await payloadHash(seed, bytes);
    const { hash, ms } = await this.connection.download(`/bandwidth?seed=${seed}&bytes=${bytes}`, bytes);
    if (hash !== expected) throw new Error(`the payload of seed ${seed} is wrong`);
    return megabits(bytes) / seconds(ms - latencyMs);
  }

  private async upload(check: Check, bytes: number, latencyMs: number): Promise<number> {
    const seed = this.question();
    const expected = await payloadHash(seed, bytes);
    const path = `/bandwidth?seed=${seed}`;
    const { body, ms } = await this.connection.upload<{ hash: string; signature: string }>(
      path,
      payload(seed, bytes),
      bytes,
    );
    if (body.hash !== expected) throw new Error(`the hash of the payload of seed ${seed} is wrong`);
    check(statements.upload(this.target.node, seed, bytes, expected), body.signature);
    return megabits(bytes) / seconds(ms - latencyMs);
  }

  /** MFLOPS of one GPU. */
  private async compute(check: Check, latencyMs: number, claimed: number): Promise<number> {
    const size = 96;
    const perLayer = flopOf({ seed: '', size, layers: 1 });
    const first = await this.challenge(check, { seed: this.question(), size, layers: 4 }, latencyMs);
    const layers = Math.max(4, Math.min(1_000, Math.round((first * 1e6 * seconds(this.probeMs)) / perLayer)));
    return this.best(claimed, () =>
      this.challenge(check, { seed: this.question(), size, layers }, latencyMs),
    );
  }

  private async challenge(check: Check, challenge: ComputeChallenge, latencyMs: number): Promise<number> {
    type Answer = { answer: string; signature: string };
    const { body, ms } = await this.connection.json<Answer>('POST', '/compute', challenge);
    const answer = await answerChallenge(challenge);
    if (body.answer !== answer) throw new Error(`the answer to challenge ${challenge.seed} is wrong`);
    const { seed, size, layers } = challenge;
    check(statements.compute(this.target.node, seed, size, layers, answer), body.signature);
    return flopOf(challenge) / 1e6 / seconds(ms - latencyMs);
  }

  private async best(claimed: number, attempt: () => Promise<number>): Promise<number> {
    let best = 0;
    for (let i = 0; i < this.tries && best < claimed; i++) best = Math.max(best, await attempt());
    return best;
  }

  private question(): string {
    this.questions += 1;
    return `${this.seed}-${this.target.node}-${this.questions}`;
  }
}

type Check = (statement: string, signature: string) => void;

const megabits = (bytes: number) => (bytes * 8) / 1e6;
/** Never zero: a rate is divided by it. */
const seconds = (ms: number) => Math.max(ms, 0.001) / 1000;
