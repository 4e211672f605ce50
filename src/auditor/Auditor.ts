import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AICChainError } from '../domain/errors.ts';
import type { Address, Hex } from '../domain/index.ts';
import type { ClaimedMetrics, Measurement } from '../reports/index.ts';
import { type MeasureOptions, measure } from './measure.ts';

/** A node as an auditor finds it on chain. */
export interface AuditedNode {
  readonly node: number;
  readonly address: Address;
  readonly endpoint: string;
  readonly claims: ClaimedMetrics;
}

/** The chain as an auditor needs it; writes return once they are in a block. */
export interface AuditorChain {
  readonly chainId: number;
  readonly auditor: Address;
  nodes(): Promise<readonly AuditedNode[]>;
  commit(epoch: number, measurements: readonly Measurement[], salt: Hex): Promise<void>;
  reveal(epoch: number, measurements: readonly Measurement[], salt: Hex): Promise<void>;
  close(epoch: number, nodes: readonly number[]): Promise<void>;
}

export interface AuditorOptions {
  readonly chain: AuditorChain;
  /** Keeps what was committed until it is revealed, also over a restart. */
  readonly dataDir: string;
  readonly measuring?: MeasureOptions;
  readonly onMeasured?: (measurement: Measurement, refusal: string | undefined) => void;
}

/** What an auditor committed to and must show again. */
interface Commitment {
  readonly measurements: readonly Measurement[];
  readonly salt: Hex;
}

/**
 * An auditor: measures every node, commits, reveals, closes; the caller decides when (the phases of an epoch are the
 * chain's). Of auditors that share a machine no two should measure one node at the same time: start each elsewhere
 * in the list (`from`).
 */
export class Auditor {
  private readonly options: AuditorOptions;

  constructor(options: AuditorOptions) {
    this.options = options;
    mkdirSync(options.dataDir, { recursive: true });
  }

  /** Measures all nodes, one after the other, beginning with the `from`-th. Ascending by node, as they are committed. */
  async measureAll(from = 0): Promise<Measurement[]> {
    const nodes = await this.options.chain.nodes();
    const measurements: Measurement[] = [];
    for (let i = 0; i < nodes.length; i++)
      measurements.push(await this.measureOne(nodes[(from + i) % nodes.length]!));
    return measurements.sort((a, b) => a.node - b.node);
  }

  async measureOne(node: AuditedNode): Promise<Measurement> {
    let refusal: string | undefined;
    const onRefusal = (reason: string) => {
      refusal = reason;
    };
    const target = { ...node, chainId: this.options.chain.chainId };
    const measured = await measure(target, { ...this.options.measuring, onRefusal });
    const measurement = { node: node.node, ...measured };
    this.options.onMeasured?.(measurement, refusal);
    return measurement;
  }

  /** Commits; what was committed is on disk before, since without it the reveal is lost. */
  async commit(epoch: number, measurements: readonly Measurement[]): Promise<void> {
    const commitment: Commitment = { measurements, salt: `0x${randomBytes(32).toString('hex')}` };
    writeFileSync(this.pathOf(epoch), JSON.stringify(commitment), { mode: 0o600 });
    await this.options.chain.commit(epoch, measurements, commitment.salt);
  }

  /** Shows what was committed for the epoch. */
  async reveal(epoch: number): Promise<readonly Measurement[]> {
    const { measurements, salt } = this.committed(epoch);
    await this.options.chain.reveal(epoch, measurements, salt);
    rmSync(this.pathOf(epoch), { force: true });
    return measurements;
  }

  async close(epoch: number, nodes: readonly number[]): Promise<void> {
    await this.options.chain.close(epoch, nodes);
  }

  private committed(epoch: number): Commitment {
    try {
      return JSON.parse(readFileSync(this.pathOf(epoch), 'utf8')) as Commitment;
    } catch (cause) {
      throw new AICChainError('NOTHING_COMMITTED', `no commitment for epoch ${epoch} is kept`, {
        hint: 'Measure and commit in the first two thirds of an epoch.',
        cause,
      });
    }
  }

  private pathOf(epoch: number): string {
    const { chain, dataDir } = this.options;
    return join(dataDir, `${chain.auditor.toLowerCase()}-${epoch}.json`);
  }
}
