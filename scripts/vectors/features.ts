import {
  type NodeRecord,
  packNodeRecord,
  packWorkloadSpec,
  type WorkloadSpec,
} from '../../src/domain/index.ts';
import { MAX_GPUS, MAX_MICRO, UINT32 } from '../../src/domain/testing/ranges.ts';
import { features, packFeatures } from '../../src/policy/features.ts';
import { anyRecord, anySpec, extremePairs } from './pairs.ts';
import { type Random, randomFrom } from './random.ts';
import { columnsOf, hex, hexOf } from './table.ts';

const CASES = 1_100;
/** More GPUs than all nodes of 12 bits could have. */
const NETWORK_GPUS = 2 ** 44;

export function featuresVectors() {
  const random = randomFrom(2);
  const pairs = [
    ...extremePairs(),
    ...Array.from({ length: CASES }, () => ({ spec: anySpec(random), record: anyRecord(random) })),
  ];
  return columnsOf(
    pairs.map(({ spec, record }) => featuresCase(random, spec, possible(random, spec, record))),
  );
}

/** As many GPUs free as are asked for, and no more free than there are: else there are no features. */
function possible(random: Random, spec: WorkloadSpec, record: NodeRecord): NodeRecord {
  const freeGpus = random.chance(4) ? spec.gpus : random.within(spec.gpus, MAX_GPUS);
  return { ...record, freeGpus, gpus: random.chance(4) ? freeGpus : random.within(freeGpus, MAX_GPUS) };
}

function featuresCase(random: Random, spec: WorkloadSpec, record: NodeRecord) {
  const budgetMicro = random.within(0, MAX_MICRO);
  const round = random.within(spec.submittedRound, UINT32);
  const gpus = random.within(0, NETWORK_GPUS);
  const freeGpus = random.within(0, gpus);
  const openWorkloads = random.within(0, UINT32);
  return {
    spec: hex(packWorkloadSpec(spec)),
    record: hex(packNodeRecord(record)),
    budgetMicro,
    round,
    gpus,
    freeGpus,
    openWorkloads,
    features: hexOf(
      packFeatures(features(spec, record, budgetMicro, round, { gpus, freeGpus, openWorkloads })),
    ),
  };
}
