/** Networks compiled for the contracts' tests: `vectors/policies.json`. Extremes included; seeds fixed. */
import { FEATURES, type IntegerNetwork, PRIORITY_FEATURE } from '../src/domain/index.ts';
import { compile } from '../src/policy/compile.ts';
import { drawNetwork, seededWeights } from '../src/policy/randomNetwork.ts';
import { encodeWeights } from '../src/policy/weightsBytes.ts';

interface CompiledPolicy {
  readonly name: string;
  readonly hidden: number;
  readonly code: string;
  readonly weights: string;
}

export function policyVectors(): string {
  const policies: CompiledPolicy[] = [
    compiled('lively 8', lively(8, 5)),
    compiled('lively 16', lively(16, 3)),
    compiled('lively 32, priority ignored', priorityIgnored(lively(32, 1))),
    compiled('lively 64, priority ignored', priorityIgnored(lively(64, 1))),
    compiled('lowest 16', constant(16, -128, -1)),
    compiled('highest 32', constant(32, 127, 1)),
    compiled('lowest and highest 64', alternating(64)),
    compiled('priority raises 8', priorityRaises()),
  ];
  return `${JSON.stringify({ policies }, null, 1)}\n`;
}

const compiled = (name: string, network: IntegerNetwork): CompiledPolicy => ({
  name,
  hidden: network.hidden,
  code: hex(compile(network)),
  weights: hex(encodeWeights(network)),
});

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;

/** Weights from all that is admitted; biases and shifts such that the output moves with the features, large and small. */
function lively(hidden: number, seed: number): IntegerNetwork {
  const { weight, bias } = seededWeights(seed);
  return drawNetwork(hidden, { weight, bias: (below) => bias(below / 64) }, { s1: 12, s2: 8, s3: 1 });
}

const constant = (hidden: number, weight: number, biasSign: number): IntegerNetwork =>
  drawNetwork(hidden, { weight: () => weight, bias: (below) => biasSign * (below - 1) });

function alternating(hidden: number): IntegerNetwork {
  let turn = 0;
  return drawNetwork(hidden, {
    weight: () => (turn++ % 3 === 0 ? -128 : 127),
    bias: (below) => (turn++ % 2 === 0 ? below - 1 : 1 - below),
  });
}

function priorityIgnored(network: IntegerNetwork): IntegerNetwork {
  const w1 = Int8Array.from(network.w1);
  w1.fill(0, PRIORITY_FEATURE * network.hidden, (PRIORITY_FEATURE + 1) * network.hidden);
  return { ...network, w1 };
}

/** The penalty is the priority: what must be refused. */
function priorityRaises(): IntegerNetwork {
  const hidden = 8;
  const identity = Int8Array.from({ length: hidden * hidden }, (_, i) => (i === 0 ? 1 : 0));
  return {
    hidden,
    s1: 0,
    s2: 0,
    s3: 0,
    b1: new Int32Array(hidden),
    w1: Int8Array.from({ length: FEATURES * hidden }, (_, i) => (i === PRIORITY_FEATURE * hidden ? 1 : 0)),
    b2: new Int32Array(hidden),
    w2: identity,
    b3: 0,
    w3: Int8Array.from({ length: hidden }, (_, i) => (i === 0 ? 1 : 0)),
  };
}
