import { explainRefusal, rpcUnreachable } from './failure.ts';

const TIMEOUT_MS = 20_000;
const PAUSES_MS = [50, 250];
let lastId = 0;

interface Answer<T> {
  readonly result?: T;
  readonly error?: { readonly message: string; readonly data?: unknown };
}

/**
 * One JSON-RPC request. A connection that breaks is tried again (every method that is used here may be sent twice);
 * one that is refused is not, nor is what a contract refused.
 */
export async function rpc<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: ++lastId, method, params });
  const answer = await post<T>(url, body);
  if (answer.error) throw explainRefusal(answer.error, url, method);
  return answer.result as T;
}

async function post<T>(url: string, body: string, attempt = 0): Promise<Answer<T>> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    try {
      return JSON.parse(text) as Answer<T>;
    } catch {
      throw rpcUnreachable(url, `HTTP ${response.status}, and no JSON`);
    }
  } catch (error) {
    const pauseMs = PAUSES_MS[attempt];
    const failure = rpcUnreachable(url, error);
    if (pauseMs === undefined || /ECONNREFUSED|ENOTFOUND|HTTP|Invalid URL/.test(failure.message))
      throw failure;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return post<T>(url, body, attempt + 1);
  }
}
