import { hexToBytes } from '@noble/hashes/utils';
import { AICChainError, type EventOf, PARAMETERS } from '../domain/index.ts';
import { loadPolicy } from '../policy/RLPolicyManager.ts';
import type { NetworkState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

/** `PolicyRegistered`: the published weights compile to the code that was registered. */
export function checkPolicy(state: NetworkState, event: EventOf<'PolicyRegistered'>, expect: Expect): void {
  expect('policy.id', state.policies.size + 1, event.policy);
  try {
    const { codeHash, network } = loadPolicy(hexToBytes(event.weights.slice(2)));
    expect('policy.codeHash', codeHash, event.codeHash);
    expect('policy.hidden', network.hidden, event.hidden);
  } catch (error) {
    if (!(error instanceof AICChainError)) throw error;
    expect('policy.weights', 'a network', error.message);
  }
}

/** `PolicyActivated`: of a registered policy, and not for the past. */
export function checkActivation(
  state: NetworkState,
  event: EventOf<'PolicyActivated'>,
  round: number,
  expect: Expect,
): void {
  if (event.policy !== 0)
    expect('activation.codeHash', state.policies.get(event.policy)?.codeHash, event.codeHash);
  expect('activation.fromRound', true, event.fromRound > round);
}

/** `ParameterWritten`: inside its bounds and by no more than its largest step; the first write is the deployment's. */
export function checkParameter(
  state: NetworkState,
  event: EventOf<'ParameterWritten'>,
  round: number,
  expect: Expect,
): void {
  const spec = PARAMETERS[event.parameter];
  if (spec === undefined) {
    expect('parameter.index', `below ${PARAMETERS.length}`, event.parameter);
    return;
  }
  const { name, min, max, largestStep } = spec;
  const last = state.parameters[event.parameter]?.newest;
  const least = Math.max(min, (last ?? min) - largestStep);
  const most = Math.min(max, last === undefined ? max : last + largestStep);
  const isInside = event.value >= least && event.value <= most;
  expect(`parameter.${name}`, `in ${least}..${most}`, isInside ? `in ${least}..${most}` : event.value);
  expect('parameter.fromRound', last === undefined ? 0 : round + 1, event.fromRound);
}
