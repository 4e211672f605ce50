import { FEATURES, type IntegerNetwork } from '../../src/domain/index.ts';
import { packFeatures } from '../../src/policy/features.ts';
import { loadPolicy } from '../../src/policy/RLPolicyManager.ts';
import { encodeWeights } from '../../src/policy/weightsBytes.ts';
import { type Random, randomFrom } from './random.ts';
import { hexOf } from './table.ts';

const RANDOM_INPUTS = 260;
const LEAST = -32_768;
const MOST = 32_767;

/** Shifts and how far biases reach: b1, b2 to either side of 0, b3 from it. */
type Form = Pick<IntegerNetwork, 's1' | 's2' | 's3'> & { readonly biases: readonly [number, number, number] };

/** Neither layer nor output saturates on most inputs. */
const LIVELY: Form = { s1: 10, s2: 8, s3: 2, biases: [2 ** 15, 2 ** 13, 2 ** 17] };
const WIDEST = [2 ** 20 - 1, 2 ** 16 - 1, 2 ** 20 - 1] as const;

export function networkVectors() {
  const random = randomFrom(7);
  const lively = [
    vectorsOf('8 hidden units', drawn(8, { ...LIVELY, s2: 7 }, random), mixedInputs(random)),
    vectorsOf('32 hidden units', drawn(32, LIVELY, random), mixedInputs(random)),
    vectorsOf(
      '40 hidden units, widest biases',
      drawn(40, { s1: 13, s2: 9, s3: 4, biases: WIDEST }, random),
      mixedInputs(random),
    ),
    vectorsOf('64 hidden units', drawn(64, LIVELY, random), mixedInputs(random)),
  ];
  for (const { name, penalty } of lively)
    if (new Set(penalty).size < RANDOM_INPUTS / 3) throw new Error(`${name}: the same penalty too often`);
  const saturated = [
    vectorsOf(
      '16 hidden units, no shift',
      drawn(16, { s1: 0, s2: 0, s3: 0, biases: WIDEST }, random),
      extremeInputs(),
    ),
    vectorsOf(
      '24 hidden units, every shift 24',
      drawn(24, { s1: 24, s2: 24, s3: 24, biases: WIDEST }, random),
      extremeInputs(),
    ),
    vectorsOf('most of everything', uniform(64, 127, 1), extremeInputs()),
    vectorsOf('least of everything', uniform(64, -128, -1), extremeInputs()),
    vectorsOf('most weights, least biases', uniform(64, 127, -1), extremeInputs()),
    vectorsOf('least weights, most biases', uniform(64, -128, 1), extremeInputs()),
    vectorsOf('nothing', uniform(8, 0, 0), extremeInputs()),
  ];
  const networks = [...lively, ...saturated];
  return { networkCount: networks.length, networks };
}

function vectorsOf(name: string, network: IntegerNetwork, inputs: readonly Int16Array[]) {
  const weights = encodeWeights(network);
  const policy = loadPolicy(weights);
  return {
    name,
    weights: hexOf(weights),
    codeHash: policy.codeHash,
    code: hexOf(policy.code),
    features: inputs.map((input) => hexOf(packFeatures(input))),
    penalty: inputs.map((input) => policy.penalty(input)),
  };
}

function drawn(hidden: number, { biases: [b1, b2, b3], ...shifts }: Form, random: Random): IntegerNetwork {
  const between = (least: number, most: number) => least + random.below(most - least + 1);
  const weights = (count: number) => Int8Array.from({ length: count }, () => between(-128, 127));
  return {
    hidden,
    ...shifts,
    b1: Int32Array.from({ length: hidden }, () => between(-b1, b1)),
    w1: weights(FEATURES * hidden),
    b2: Int32Array.from({ length: hidden }, () => between(-b2, b2)),
    w2: weights(hidden * hidden),
    b3: b3 - random.below(100),
    w3: weights(hidden),
  };
}

/** Every weight the same, every bias at its bound. */
function uniform(hidden: number, weight: number, sign: number): IntegerNetwork {
  const [b1, b2, b3] = WIDEST.map((bias) => sign * bias) as [number, number, number];
  return {
    hidden,
    ...{ s1: 3, s2: 2, s3: 1 },
    b1: new Int32Array(hidden).fill(b1),
    w1: new Int8Array(FEATURES * hidden).fill(weight),
    b2: new Int32Array(hidden).fill(b2),
    w2: new Int8Array(hidden * hidden).fill(weight),
    b3,
    w3: new Int8Array(hidden).fill(weight),
  };
}

function mixedInputs(random: Random): Int16Array[] {
  return [...extremeInputs(), ...Array.from({ length: RANDOM_INPUTS }, () => anyInput(random))];
}

/** Like real features most of the time, any int16 else. */
function anyInput(random: Random): Int16Array {
  const wild = random.chance(4);
  return Int16Array.from({ length: FEATURES }, () =>
    wild ? random.within(0, MOST - LEAST) + LEAST : random.below(1_024),
  );
}

function extremeInputs(): Int16Array[] {
  const all = (value: number) => new Int16Array(FEATURES).fill(value);
  const alternating = (even: number, odd: number) => all(0).map((_, i) => (i % 2 === 0 ? even : odd));
  const alone = (i: number, value: number) => all(0).fill(value, i, i + 1);
  return [
    ...[0, 1, -1, 255, LEAST, MOST].map(all),
    alternating(LEAST, MOST),
    alternating(MOST, LEAST),
    ...Array.from({ length: FEATURES }, (_, i) => alone(i, i % 2 === 0 ? MOST : LEAST)),
  ];
}
