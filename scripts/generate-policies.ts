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
    compiled('random 8', drawNetwork(8, seededWeights(8))),
    compiled('random 16', drawNetwork(16, seededWeights(16))),
    compiled('random 64', drawNetwork(64, seededWeights(64))),
    compiled('lowest 16', constant(16, -128, -1)),
    compiled('highest 32', constant(32, 127, 1)),
    compiled('lowest and highest 64', alternating(64)),
    compiled('priority ignored 32', priorityIgnored(drawNetwork(32, seededWeights(32)))),
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
