import { setImmediate as immediate, setTimeout as timer } from 'node:timers/promises';

/** What a node's service is slowed down to, so that a small machine can stand for a known one. Absent means unshaped. */
export interface Profile {
  readonly latencyUs?: number;
  /** Each direction. */
  readonly bandwidthMbps?: number;
  readonly computeMflopsPerGpu?: number;
}

/** Timers fire up to a millisecond late, so the last stretch is spun through the event loop. */
const SPIN_MS = 2;

/** Returns not before `deadlineMs` (performance.now()), and within microseconds of it on an idle machine. */
export async function pauseUntil(deadlineMs: number): Promise<void> {
  for (;;) {
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) return;
    if (leftMs > SPIN_MS + 1) await timer(Math.floor(leftMs - SPIN_MS));
    else await immediate();
  }
}

/** Returns not before `deadlineMs`; may be a millisecond late, but leaves the processor alone. */
async function restUntil(deadlineMs: number): Promise<void> {
  for (;;) {
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) return;
    await timer(Math.ceil(leftMs));
  }
}

/** How much a busy link may catch up after the event loop was late. */
const CREDIT_MS = 50;

/**
 * One direction of a node's line. Transfers that run at the same time share it; bytes are let through no earlier than
 * the line could have carried them, counted from when it became busy.
 */
export class Link {
  private readonly bytesPerMs: number;
  private busyUntilMs = 0;
  private transfers = 0;

  constructor(bandwidthMbps: number | undefined) {
    this.bytesPerMs = bandwidthMbps === undefined ? Number.POSITIVE_INFINITY : bandwidthMbps * 125;
  }

  /** Passes the stream on at the line's pace. */
  async *pace(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    if (this.transfers === 0) this.busyUntilMs = performance.now();
    this.transfers += 1;
    try {
      let held: Uint8Array | undefined;
      for await (const chunk of source) {
        for (let at = 0; at < chunk.length; at += SLICE) {
          if (held !== undefined) {
            await restUntil(this.carry(held.length));
            yield held;
          }
          held = chunk.subarray(at, at + SLICE);
        }
      }
      // The last slice decides when the transfer is over, so it is let go to the microsecond.
      if (held !== undefined) {
        await pauseUntil(this.carry(held.length));
        yield held;
      }
    } finally {
      this.transfers -= 1;
    }
  }

  /** When the line has carried `bytes` more. */
  private carry(bytes: number): number {
    this.busyUntilMs = Math.max(this.busyUntilMs, performance.now() - CREDIT_MS) + bytes / this.bytesPerMs;
    return this.busyUntilMs;
  }
}

const SLICE = 32_768;

/** Delays, throttles and slows a real service to a profile. It never invents an answer: it only holds it back. */
export class Shaper {
  readonly up: Link;
  readonly down: Link;
  private readonly profile: Profile;

  constructor(profile: Profile = {}) {
    this.profile = profile;
    this.up = new Link(profile.bandwidthMbps);
    this.down = new Link(profile.bandwidthMbps);
  }

  /** Holds back an answer to a request that arrived at `arrivedMs`. */
  async latency(arrivedMs: number): Promise<void> {
    if (this.profile.latencyUs !== undefined) await pauseUntil(arrivedMs + this.profile.latencyUs / 1000);
  }

  /** Holds back the result of `flop` operations begun at `beganMs` until the profile's GPU would have it. */
  async compute(beganMs: number, flop: number): Promise<void> {
    const mflops = this.profile.computeMflopsPerGpu;
    if (mflops !== undefined) await pauseUntil(beganMs + flop / (mflops * 1000));
  }
}
