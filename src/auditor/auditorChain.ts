import type { NetworkClient } from '../chain/NetworkClient.ts';
import { decode } from '../domain/codes.ts';
import type { Address, Hex } from '../domain/index.ts';
import type { Measurement } from '../reports/index.ts';
import type { AuditedNode, AuditorChain } from './Auditor.ts';

/** An AuditorChain over the contracts; the client's account is the auditor. */
export class NetworkAuditorChain implements AuditorChain {
  private readonly network: NetworkClient;

  constructor(network: NetworkClient) {
    this.network = network;
  }

  get chainId(): number {
    return this.network.deployment.chainId;
  }

  get auditor(): Address {
    return this.network.address;
  }

  /** Every registered node, ascending; what it claims and where it listens is the last that it said. */
  async nodes(): Promise<AuditedNode[]> {
    const endpoints = new Map<number, string>();
    for (const event of await this.network.events())
      if (event.name === 'NodeRegistered' || event.name === 'EndpointChanged')
        endpoints.set(event.node, event.endpoint);
    const ids = [...endpoints.keys()].sort((a, b) => a - b);
    return Promise.all(ids.map((node) => this.node(node, endpoints.get(node) ?? '')));
  }

  async commit(epoch: number, measurements: readonly Measurement[], salt: Hex): Promise<void> {
    await this.network.reporting.commitMeasurements(epoch, measurements, salt);
  }

  async reveal(epoch: number, measurements: readonly Measurement[], salt: Hex): Promise<void> {
    await this.network.reporting.revealMeasurements(epoch, measurements, salt);
  }

  async close(epoch: number, nodes: readonly number[]): Promise<void> {
    await this.network.reporting.closeAudits(epoch, nodes);
  }

  private async node(node: number, endpoint: string): Promise<AuditedNode> {
    const { nodes } = this.network;
    const [address, claims] = await Promise.all([nodes.ownerOf(node), nodes.claimsOf(node)]);
    const { computeShift } = await nodes.gpuClass(claims.classId);
    return {
      node,
      address,
      endpoint,
      claims: {
        latencyUs: decode(claims.latencyCode),
        bandwidthMbps: decode(claims.bandwidthCode),
        computeMflops: decode(claims.computeCode) * 2 ** computeShift,
      },
    };
  }
}
