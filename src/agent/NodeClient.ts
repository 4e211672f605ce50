import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { LocalAccount } from 'viem';
import { AICChainError } from '../domain/errors.ts';
import { type ContentHash, contentHash } from './document.ts';
import { encodeJobSpec, type JobSpec } from './jobSpec.ts';
import { EMPTY_BODY, signRequest } from './requestAuth.ts';
import type { Outcome } from './WorkloadBook.ts';

/** What a node says of a workload to its client. `outcome` once it stands on chain. */
export interface WorkloadStatus {
  readonly workload: number;
  readonly matchedRound: number;
  readonly state: string;
  readonly driver: string;
  readonly isolation: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly outcome?: Outcome;
}

export interface NodeClientOptions {
  readonly endpoint: string;
  readonly node: number;
  readonly chainId: number;
  /** The client of the workloads; signs every request. */
  readonly account: LocalAccount;
}

/** A client's side of a node's service. Whatever is downloaded is checked against its hash. */
export class NodeClient {
  private readonly options: NodeClientOptions;

  constructor(options: NodeClientOptions) {
    this.options = options;
  }

  async uploadBytes(bytes: Uint8Array): Promise<ContentHash> {
    const hash = contentHash(bytes);
    await this.send('PUT', `/content/${hash}`, hash, Readable.from([bytes]));
    return hash;
  }

  async uploadFile(path: string): Promise<{ hash: ContentHash; bytes: number }> {
    const digest = createHash('sha256');
    for await (const chunk of createReadStream(path)) digest.update(chunk);
    const hash: ContentHash = `sha256:${digest.digest('hex')}`;
    await this.send('PUT', `/content/${hash}`, hash, createReadStream(path));
    return { hash, bytes: (await stat(path)).size };
  }

  /** Hands over the spec whose hash is on chain. */
  async handOver(workload: number, spec: JobSpec): Promise<void> {
    const document = encodeJobSpec(spec);
    await this.send('POST', `/workloads/${workload}`, contentHash(document), Readable.from([document]));
  }

  async status(workload: number): Promise<WorkloadStatus> {
    const response = await this.send('GET', `/workloads/${workload}`);
    return (await response.json()) as WorkloadStatus;
  }

  /** The log as text, from a byte on; with `follow`, until the run is over. */
  async *logs(
    workload: number,
    options: { follow?: boolean; from?: number; signal?: AbortSignal } = {},
  ): AsyncIterable<string> {
    const path = `/workloads/${workload}/logs?follow=${options.follow ? 1 : 0}&from=${options.from ?? 0}`;
    const response = await this.send('GET', path, EMPTY_BODY, undefined, options.signal);
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) yield decoder.decode(chunk, { stream: true });
  }

  /** Content by its hash. */
  async download(hash: ContentHash): Promise<Buffer> {
    const response = await this.send('GET', `/content/${hash}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (contentHash(bytes) !== hash)
      throw new AICChainError('HASH_MISMATCH', `the node answered ${contentHash(bytes)} for ${hash}`);
    return bytes;
  }

  private async send(
    method: string,
    path: string,
    bodyHash: ContentHash = EMPTY_BODY,
    body?: Readable,
    signal?: AbortSignal,
  ): Promise<Response> {
    const { endpoint, node, chainId, account } = this.options;
    const expiresSec = Math.floor(Date.now() / 1000) + 60;
    const headers = await signRequest(account, { method, path, bodyHash, node, chainId, expiresSec });
    let response: Response;
    try {
      response = await fetch(new URL(path, endpoint), {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/octet-stream' },
        ...(body === undefined ? {} : { body: Readable.toWeb(body) as ReadableStream, duplex: 'half' }),
        ...(signal === undefined ? {} : { signal }),
      } as RequestInit);
    } catch (cause) {
      throw new AICChainError('NODE_UNREACHABLE', `node ${node} does not answer at ${endpoint}`, {
        hint: 'Its operator may have stopped it; try again, or look at `aicchain market list`.',
        cause,
        retryable: true,
      });
    }
    if (response.ok) return response;
    const { error } = (await response.json().catch(() => ({}))) as {
      error?: { code: string; message: string; hint?: string };
    };
    throw new AICChainError(
      error?.code ?? 'NODE_REFUSED',
      `node ${node}: ${error?.message ?? response.status}`,
      {
        ...(error?.hint === undefined ? {} : { hint: error.hint }),
        retryable: response.status === 503,
      },
    );
  }
}
