import { decodeErrorResult, type Hex } from 'viem';
import { AICChainError } from '../domain/errors.ts';
import { ERRORS } from './contracts.ts';
import { inPlainWords } from './plainWords.ts';
import { rpcUnreachable } from './rpc.ts';

/** A contract refused. `code` is the name of its custom error, `values` what the error carried. */
export class ContractRefusal extends AICChainError {
  override readonly name = 'ContractRefusal';
  readonly values: Readonly<Record<string, unknown>>;

  constructor(errorName: string, values: Readonly<Record<string, unknown>>, cause: unknown) {
    const { message, hint, retryable } = inPlainWords(errorName, values);
    super(errorName, message, { ...(hint ? { hint } : {}), cause, retryable: retryable ?? false });
    this.values = values;
  }
}

/** Turns what an RPC client threw into the error that a user reads. */
export function explainFailure(error: unknown, rpcUrl: string): AICChainError {
  if (error instanceof AICChainError) return error;
  for (const link of chainOf(error)) {
    const data = revertData(link);
    if (data !== undefined) return refusal(data, error);
    if (['HttpRequestError', 'TimeoutError', 'SocketClosedError'].includes(String(link.name)))
      return rpcUnreachable(rpcUrl, error);
  }
  const details = chainOf(error).find((link) => link.details)?.details ?? (error as Error).message;
  if (/revert/i.test(String(details))) {
    return new AICChainError('REVERTED', `the contract refused without a reason (${details})`, {
      cause: error,
    });
  }
  if (/insufficient funds|not enough funds|gas \* price/i.test(String(details))) {
    return new AICChainError('NO_GAS_MONEY', `the account cannot pay for gas: ${details}`, {
      hint: "Send it some of the chain's own currency; on an embedded chain: aicchain wallet faucet.",
      cause: error,
    });
  }
  return new AICChainError('RPC_REFUSED', `${rpcUrl}: ${details}`, { cause: error });
}

function refusal(data: Hex, cause: unknown): AICChainError {
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi: ERRORS, data });
    const inputs = abiItem.type === 'error' ? abiItem.inputs : [];
    const values = Object.fromEntries((args ?? []).map((arg, i) => [inputs[i]?.name || String(i), arg]));
    return new ContractRefusal(errorName, values, cause);
  } catch {
    return new AICChainError(
      'REVERTED',
      `the contract refused for a reason unknown to this version (${data.slice(0, 10)})`,
      {
        cause,
      },
    );
  }
}

interface ErrorLink {
  readonly name?: unknown;
  readonly details?: unknown;
  readonly data?: unknown;
  readonly cause?: unknown;
}

/** An error and its causes, outermost first. */
function chainOf(error: unknown): ErrorLink[] {
  const links: ErrorLink[] = [];
  for (let link = error; typeof link === 'object' && link !== null && links.length < 10; ) {
    links.push(link as ErrorLink);
    link = (link as ErrorLink).cause;
  }
  return links;
}

function revertData({ data }: ErrorLink): Hex | undefined {
  const value = typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : data;
  return typeof value === 'string' && /^0x[0-9a-f]{8,}$/i.test(value) ? (value as Hex) : undefined;
}
