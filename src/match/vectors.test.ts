import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/certificate.json' with { type: 'json' };
import { type Entry, NodeId, Round, WorkloadId } from '../domain/index.ts';
import { checkCertificate } from './certificate.ts';
import { certifiedRound } from './certified.ts';
import { entriesHash } from './entriesHash.ts';
import type { RoundInstance } from './Matcher.ts';

/** The listed entries of a golden round; JSON holds them as columns. */
function entriesOf({ entries, entryCount }: (typeof vectors.rounds)[number]): Entry[] {
  const columns = Object.entries(entries) as [string, number[]][];
  return Array.from(
    { length: entryCount },
    (_, i) => Object.fromEntries(columns.map(([name, values]) => [name, values[i]])) as unknown as Entry,
  );
}

function instanceOf({
  workloads,
  nodes,
  weightMicro,
  costMicro,
}: (typeof vectors.rounds)[number]): RoundInstance {
  return {
    round: Round(1),
    workloads: workloads.map((id) => ({ id: WorkloadId(id) })),
    nodes: nodes.map((id) => ({ id: NodeId(id) })),
    pair: (w, c) => {
      const at = w * nodes.length + c;
      return weightMicro[at]! < 0 ? null : { weightMicro: weightMicro[at]!, costMicro: costMicro[at]! };
    },
  };
}

describe('invariant 09: the golden rounds', () => {
  test.each(vectors.rounds.map((round, i) => [i, round] as const))('%i', (_, round) => {
    const [instance, entries] = [instanceOf(round), entriesOf(round)];
    expect(checkCertificate(instance, entries)).toEqual([]);
    expect(certifiedRound(instance)).toEqual(entries);
    expect(entriesHash(entries)).toBe(round.entriesHash);
  });
});
