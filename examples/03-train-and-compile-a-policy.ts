// PPO trains an integer network on a market of two nodes; it is compiled to EVM code, whose hash is the policy hash.
//
//   npm exec -c 'node examples/03-train-and-compile-a-policy.ts'
import {
  compare,
  compile,
  encodeWeights,
  loadPolicy,
  PARAMETERS,
  type ParameterValues,
  policyHash,
  scenarioOf,
  train,
} from '../src/index.ts';
import { exampleNetwork } from './network.ts';

const UPDATES = 6; // enough to see it move; the default is for good policies
const HELD_OUT_SEEDS = Array.from({ length: 8 }, (_, i) => 5_000_001 + i);

export async function trainAndCompile(seed: number) {
  const { network, state, workload, stop } = await exampleNetwork();
  const round = await network.rounds.current().finally(stop);
  // A market around the nodes that are registered and the workloads that were seen. What nobody voted on has defaults.
  const nodes = [1, 2].map((id) => state.recordAt(id, round)!);
  const seen = [state.workloads.get(workload)!];
  const parameters = Object.fromEntries(PARAMETERS.map(({ name, dev }) => [name, dev])) as ParameterValues;
  // An episode of some hours: several times as long as a workload runs.
  const scenario = scenarioOf(nodes, seen, { parameters, roundSec: 60, horizonRounds: 300 });

  const trained = await train(scenario, { seed, updates: UPDATES });
  const { gain, verdict } = compare(scenario, trained.network, HELD_OUT_SEEDS);
  const code = compile(trained.network);
  // Whoever has the published weights compiles them to the same code, and so to the same hash.
  const weights = encodeWeights(trained.network);
  return {
    gain,
    verdict,
    codeBytes: code.length,
    hash: policyHash(code),
    again: loadPolicy(weights).codeHash,
  };
}

if (import.meta.main) {
  const { gain, verdict, codeBytes, hash } = await trainAndCompile(1);
  console.log(`${codeBytes} bytes of code, policy hash ${hash}`);
  console.log(`held-out welfare over price alone: ${(gain * 100).toFixed(1)} %: it ${verdict}`);
}
