import { AICChainError } from '../../domain/errors.ts';
import { AICChainEnv, type Info, type Observation } from '../../training/AICChainEnv.ts';
import { Random } from '../../training/random.ts';
import type { Scenario } from '../../training/scenario.ts';
import { nextSeed } from '../../training/seeds.ts';
import { writeFrameHeader } from './frames.ts';
import { FRAME_HEADER_BYTES, type Hello, KIND, type ResetRequest, ROWS_HEADER_BYTES } from './protocol.ts';
import { type Field, fieldsOf, Rows, rowsBytes } from './Rows.ts';

/** The stream of an episode's seed that the seeds of the episodes after it come from. */
const NEXT_SEEDS = 11;
const ROWS_AT = FRAME_HEADER_BYTES + ROWS_HEADER_BYTES;

/** Several environments that are stepped together, and the frame that tells what came of it; it is valid until the next call. */
export class Environments {
  readonly environments: readonly AICChainEnv[];
  readonly fields: readonly Field[];

  readonly #hello: Hello;
  readonly #nextSeeds: (Random | undefined)[];
  readonly #isOver: boolean[];
  /** Of the last observation of each; the environment keeps it up to date. */
  readonly #masks: Uint8Array[];
  readonly #buffer: ArrayBuffer;
  readonly #finalAt: number;
  readonly #rows: Rows;

  constructor(scenario: Scenario, hello: Hello) {
    const count = hello.environments;
    this.#hello = hello;
    this.environments = Array.from(
      { length: count },
      () => new AICChainEnv(scenario, hello.discountPerRound),
    );
    this.#nextSeeds = this.environments.map(() => undefined);
    this.#isOver = this.environments.map(() => true);
    this.#masks = this.environments.map(() => new Uint8Array(0));
    this.fields = fieldsOf(this.environments[0]!.simulation.stateSize);
    this.#finalAt = ROWS_AT + rowsBytes(this.fields, count);
    this.#buffer = new ArrayBuffer(this.#finalAt + rowsBytes(this.fields, count));
    this.#rows = new Rows(this.fields, this.#buffer, ROWS_AT, count);
  }

  reset({ seeds, options = {} }: ResetRequest): Uint8Array {
    this.#refuseReset(seeds, options);
    seeds.forEach((seed, i) => {
      if (seed === null) return;
      const [observation, info] = this.environments[i]!.reset({ seed, options });
      this.#nextSeeds[i] = new Random(seed).split(NEXT_SEEDS);
      this.#masks[i] = observation.mask;
      this.#isOver[i] = false;
      const outcome = { reward: 0, terminated: false, truncated: false, masked: false };
      this.#rows.write(i, observation, info, outcome);
    });
    return this.#frame(0);
  }

  /** `actions` by environment. All of them are judged before any is taken, so that a refusal changes nothing. */
  step(actions: Int32Array): Uint8Array {
    const taken = this.#actionsTaken(actions);
    const ended: Ending[] = [];
    this.environments.forEach((env, i) => {
      const { observation, info, ...outcome } = env.step(taken[i]!);
      const masked = taken[i] !== actions[i];
      this.#rows.write(i, observation, info, { ...outcome, masked });
      if (!outcome.terminated && !outcome.truncated) return;
      this.#isOver[i] = true;
      if (this.#hello.autoreset) ended.push({ i, outcome: { ...outcome, masked }, observation, info });
    });
    const finals = new Rows(this.fields, this.#buffer, this.#finalAt, ended.length);
    ended.forEach(({ i, observation, info, outcome }, row) => {
      finals.write(row, observation, info, outcome);
      const seed = nextSeed(this.#nextSeeds[i]!);
      this.#rows.writeSituation(i, ...this.environments[i]!.reset({ seed }));
      this.#isOver[i] = false;
    });
    return this.#frame(ended.length);
  }

  #actionsTaken(actions: Int32Array): Int32Array {
    const count = this.environments.length;
    if (actions.length !== count) {
      refuse('BRIDGE_ACTIONS', `${actions.length} actions for ${count} environments`, 'Send one for each.');
    }
    return actions.map((action, i) => {
      const env = this.environments[i]!;
      if (this.#isOver[i]) {
        refuse(
          'BRIDGE_EPISODE',
          `the episode of environment ${i} is over, or none began`,
          'Call reset first.',
        );
      }
      const allowed = this.#masks[i]![action];
      if (allowed === undefined) {
        const message = `action ${action} of environment ${i} is not in 0..${env.deferAction}`;
        refuse('BRIDGE_ACTIONS', message, `The last, ${env.deferAction}, defers.`);
      }
      if (allowed === 1) return action;
      if (this.#hello.maskedAction === 'defer') return env.deferAction;
      const message = `action ${action} of environment ${i} is masked in round ${env.simulation.round}`;
      return refuse(
        'BRIDGE_MASKED',
        message,
        'Choose among action_masks(), or make with masked_action="defer".',
      );
    });
  }

  #refuseReset(seeds: ResetRequest['seeds'], options: object): void {
    const count = this.environments.length;
    if (!Array.isArray(seeds) || seeds.length !== count) {
      refuse('BRIDGE_RESET', `a reset needs ${count} seeds`, 'null leaves an environment as it is.');
    }
    const wrong = seeds.find((seed) => seed !== null && !(Number.isSafeInteger(seed) && seed >= 0));
    if (wrong !== undefined) {
      refuse('BRIDGE_RESET', `seed ${wrong} is not a whole number from 0 to 2^53-1`, 'Choose another seed.');
    }
    for (const [name, value] of Object.entries(options)) {
      if (name !== 'round') {
        refuse('BRIDGE_RESET', `there is no reset option "${name}"`, 'The options are: round.');
      }
      if (!Number.isInteger(value) || value < 0 || value > MOST_ROUNDS) {
        const message = `the reset option round is ${value}, not a whole number from 0 to ${MOST_ROUNDS}`;
        refuse('BRIDGE_RESET', message, 'It is how many rounds pass before the first decision.');
      }
    }
  }

  #frame(finals: number): Uint8Array {
    const end = this.#finalAt + rowsBytes(this.fields, finals);
    const frame = new Uint8Array(this.#buffer, 0, end);
    writeFrameHeader(frame, KIND.rows, end - FRAME_HEADER_BYTES);
    const header = new Uint32Array(this.#buffer, FRAME_HEADER_BYTES, 2);
    header[0] = this.environments.length;
    header[1] = finals;
    return frame;
  }
}

const MOST_ROUNDS = 1_000_000;

interface Ending {
  readonly i: number;
  readonly outcome: Parameters<Rows['write']>[3];
  readonly observation: Observation;
  readonly info: Info;
}

function refuse(code: string, message: string, hint: string): never {
  throw new AICChainError(code, message, { hint });
}
