import { PARAMETERS, type ParameterName, type ParameterValues } from '../domain/parameters.ts';
import type { Caller, ContractCall } from './Caller.ts';

const indexOf = (name: ParameterName) => PARAMETERS.findIndex((spec) => spec.name === name);

/** The live numbers of a network. */
export class Parameters {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** The value that binds now, in the parameter's unit. */
  async current(name: ParameterName): Promise<number> {
    return Number(await this.#caller.read('parameters', 'current', [indexOf(name)]));
  }

  /** The value that binds in a round: the past within the window of history, the present, or the next. */
  async at(name: ParameterName, round: number): Promise<number> {
    return Number(await this.#caller.read('parameters', 'at', [indexOf(name), round]));
  }

  async all(): Promise<ParameterValues> {
    const values = await Promise.all(
      PARAMETERS.map(async ({ name }) => [name, await this.current(name)] as const),
    );
    return Object.fromEntries(values) as ParameterValues;
  }

  /** The call that a proposal makes to set a parameter; only the timelock may. */
  setCall(name: ParameterName, value: number): ContractCall {
    return this.#caller.call('parameters', 'set', [indexOf(name), BigInt(value)]);
  }
}
