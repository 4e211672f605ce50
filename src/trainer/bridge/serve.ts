import type { Writable } from 'node:stream';
import { AICChainError } from '../../domain/errors.ts';
import { scenarioFrom } from '../scenario/scenarioFrom.ts';
import { Environments } from './Environments.ts';
import { type Frame, framesOf, jsonFrame } from './frames.ts';
import { type Hello, KIND, PROTOCOL, type Refusal, type ResetRequest, type Welcome } from './protocol.ts';
import { ROW_TERMS } from './Rows.ts';

const MOST_ENVIRONMENTS = 4_096;

/**
 * Answers one client, frame by frame, until `input` ends. Errors of what a frame asks go to the client; only bytes that are
 * no frames end it.
 */
export async function serve(
  input: AsyncIterable<Uint8Array>,
  output: Writable,
  version: string,
): Promise<void> {
  const conversation = new Conversation(version);
  try {
    for await (const frame of framesOf(input)) await written(output, answered(conversation, frame));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return; // the client is gone
    await written(output, jsonFrame(KIND.error, refusalOf(error)));
    throw error;
  }
}

function answered(conversation: Conversation, frame: Frame): Uint8Array {
  try {
    return conversation.answer(frame);
  } catch (error) {
    return jsonFrame(KIND.error, refusalOf(error));
  }
}

/** The bytes belong to the environments: they may change once the client has them, so this waits. */
function written(output: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** What was said so far: nothing before the first hello. */
class Conversation {
  readonly #version: string;
  #environments: Environments | undefined;

  constructor(version: string) {
    this.#version = version;
  }

  answer({ kind, payload }: Frame): Uint8Array {
    if (kind === KIND.hello) return jsonFrame(KIND.hello, this.#begin(jsonOf(payload) as Hello));
    const environments = this.#environments;
    if (environments === undefined) throw refusal('the first frame must be a hello', 'Say hello first.');
    if (kind === KIND.reset) return environments.reset(jsonOf(payload) as ResetRequest);
    if (kind === KIND.step) return environments.step(actionsOf(payload));
    throw refusal(`there is no request of kind ${kind}`, 'The kinds are 1 hello, 2 reset and 3 step.');
  }

  #begin(hello: Hello): Welcome {
    checkHello(hello, this.#version);
    const scenario = scenarioFrom(hello.scenario);
    this.#environments = new Environments(scenario, hello);
    const [env] = this.#environments.environments;
    const asks = scenario.nodes.map(({ askMicroPerGpuHour }) => askMicroPerGpuHour);
    return {
      protocol: PROTOCOL,
      version: this.#version,
      observationSpace: env!.observationSpace,
      actionSpace: env!.actionSpace,
      fields: this.#environments.fields,
      terms: ROW_TERMS,
      discountPerRound: hello.discountPerRound,
      market: {
        nodes: scenario.nodes.length,
        roundSec: scenario.roundSec,
        horizonRounds: scenario.horizonRounds,
        moneyUnitMicro: scenario.moneyUnitMicro,
        meanAskMicroPerGpuHour: asks.reduce((sum, ask) => sum + ask, 0) / asks.length,
        maxPenaltyMicroPerGpuHour: scenario.parameters.maxPenaltyMicroPerGpuHour,
      },
    };
  }
}

function checkHello(hello: Hello, version: string): void {
  if (hello.protocol !== PROTOCOL) {
    throw new AICChainError(
      'BRIDGE_VERSION',
      `the client speaks version ${hello.protocol} of the bridge, aicchain ${version} speaks ${PROTOCOL}`,
      { hint: 'Install the Python package and aicchain of the same release.' },
    );
  }
  const { environments, autoreset, maskedAction, discountPerRound } = hello;
  const wrong = (name: string, value: unknown, must: string) =>
    refusal(`hello.${name} is ${JSON.stringify(value)}`, `It must be ${must}.`);
  if (!Number.isInteger(environments) || environments < 1 || environments > MOST_ENVIRONMENTS) {
    throw wrong('environments', environments, `a whole number from 1 to ${MOST_ENVIRONMENTS}`);
  }
  if (typeof autoreset !== 'boolean') throw wrong('autoreset', autoreset, 'true or false');
  if (maskedAction !== 'defer' && maskedAction !== 'refuse') {
    throw wrong('maskedAction', maskedAction, '"defer" or "refuse"');
  }
  if (typeof discountPerRound !== 'number' || !(discountPerRound > 0 && discountPerRound <= 1)) {
    throw wrong('discountPerRound', discountPerRound, 'above 0 and at most 1');
  }
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // told below
  }
  throw refusal('the payload of the frame is not a JSON object', 'Only a step carries numbers alone.');
}

/** Copied: a chunk may begin anywhere, an Int32Array only at a multiple of 4. */
function actionsOf(payload: Uint8Array): Int32Array {
  if (payload.length % 4 !== 0) {
    throw refusal(`a step of ${payload.length} bytes`, 'An action has four bytes.');
  }
  return new Int32Array(new Uint8Array(payload).buffer);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof AICChainError) {
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
  return { code: 'ENVIRONMENT', message: error instanceof Error ? error.message : String(error) };
}

const refusal = (message: string, hint: string) => new AICChainError('BRIDGE_REQUEST', message, { hint });
