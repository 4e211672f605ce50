import type { Hex } from 'viem';
import { decodeErrorResult } from 'viem/utils';
import { AICChainError } from '../domain/errors.ts';
import { ERRORS } from './contracts.ts';
import { inPlainWords } from './plainWords.ts';
import { shownUrl } from './shownUrl.ts';

/** A contract refused. `code` is the name of its custom error, `values` what the error carried. */
export class ContractRefusal extends AICChainError {
  override readonly name = 'ContractRefusal';
  readonly values: Readonly<Record<string, unknown>>;

  constructor(errorName: string, values: Readonly<Record<string, unknown>>) {
    const { message, hint, retryable } = inPlainWords(errorName, values);
    super(errorName, message, { ...(hint ? { hint } : {}), retryable: retryable ?? false });
    this.values = values;
  }
}

/** The one line for a network that does not answer. */
export function rpcUnreachable(url: string, cause?: unknown): AICChainError {
  if (cause instanceof AICChainError) return cause;
  const reason = reasonOf(cause);
  return new AICChainError(
    'RPC_UNREACHABLE',
    `no network answers at ${shownUrl(url)}${reason ? ` (${reason})` : ''}`,
    {
      hint: 'Start one with `aicchain net up`, or name another with --rpc URL or --context NAME.',
      cause,
      retryable: true,
    },
  );
}

/** Turns the error of a JSON-RPC answer into the one that a user reads. */
export function explainRefusal(
  error: { readonly message: string; readonly data?: unknown },
  url: string,
  method: string,
): AICChainError {
  const { message } = error;
  const data = revertData(error.data);
  if (data !== undefined) return decoded(data);
  if (/revert/i.test(message)) {
    return new AICChainError('REVERTED', `the contract refused without a reason (${message})`);
  }
  if (/insufficient funds|not enough funds/i.test(message)) {
    return noGasMoney('the account', message);
  }
  return new AICChainError('RPC_REFUSED', `${shownUrl(url)} refused ${method}: ${message}`);
}

/** A transaction costs the chain's own currency, whatever it moves. */
export function noGasMoney(who: string, why?: string): AICChainError {
  return new AICChainError('NO_GAS_MONEY', `${who} cannot pay for gas${why ? ` (${why})` : ''}`, {
    hint: "Send it some of the chain's own currency; on an embedded chain: `aicchain wallet faucet`.",
  });
}

function decoded(data: Hex): AICChainError {
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi: ERRORS, data });
    const inputs = abiItem.type === 'error' ? abiItem.inputs : [];
    const values = ((args ?? []) as unknown[]).map((arg, i) => [inputs[i]?.name || String(i), arg] as const);
    return new ContractRefusal(errorName, Object.fromEntries(values));
  } catch {
    const selector = data.slice(0, 10);
    return new AICChainError(
      'REVERTED',
      `the contract refused for a reason unknown to this version (${selector})`,
    );
  }
}

/** Some nodes put the bytes into `data`, some into `data.data`. */
function revertData(data: unknown): Hex | undefined {
  const bytes = typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : data;
  return typeof bytes === 'string' && /^0x[0-9a-f]{8,}$/i.test(bytes) ? (bytes as Hex) : undefined;
}

/** The innermost word on a failed connection, like ECONNREFUSED. */
function reasonOf(cause: unknown): string {
  if (typeof cause === 'string') return cause;
  let reason = '';
  for (let error = cause as ErrorLink | undefined; error; error = error.cause) {
    if (typeof error.code === 'string') reason = error.code;
    else if (error.name === 'TimeoutError') reason = 'no answer in time';
    else if (!reason && error.message && error.message !== 'fetch failed') reason = error.message;
  }
  return reason;
}

interface ErrorLink {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: string;
  readonly cause?: ErrorLink;
}
