import { AICChainError } from '../domain/errors.ts';

let id = 0;

/** One JSON-RPC call, for the few methods of a development chain that the typed client does not know. */
export async function rpc<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
  }).catch((cause) => {
    throw rpcUnreachable(url, cause);
  });
  const answer = (await response.json().catch(() => {
    throw rpcUnreachable(url, `HTTP ${response.status}`);
  })) as { result?: T; error?: { message: string } };
  if (answer.error)
    throw new AICChainError('RPC_REFUSED', `${url} refused ${method}: ${answer.error.message}`);
  return answer.result as T;
}

/** The one line for a network that does not answer. */
export function rpcUnreachable(url: string, cause?: unknown): AICChainError {
  const reason = reasonOf(cause);
  return new AICChainError('RPC_UNREACHABLE', `no network answers at ${url}${reason ? ` (${reason})` : ''}`, {
    hint: 'Start one with `aicchain net up`, or name another with --rpc URL or --context NAME.',
    cause,
    retryable: true,
  });
}

/** The innermost word on a failed connection, like ECONNREFUSED. */
function reasonOf(cause: unknown): string {
  if (typeof cause === 'string') return cause;
  for (let error = cause as { code?: unknown; cause?: unknown } | undefined; error; ) {
    if (typeof error.code === 'string') return error.code;
    error = error.cause as typeof error;
  }
  return '';
}
