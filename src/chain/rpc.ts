import { Agent, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
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
 * one that is refused is not, nor an answer that does not come, nor what a contract refused.
 */
export async function rpc<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: ++lastId, method, params });
  const answer = await post<T>(url, body);
  if (answer.error) throw explainRefusal(answer.error, url, method);
  return answer.result as T;
}

async function post<T>(url: string, body: string, attempt = 0): Promise<Answer<T>> {
  try {
    const { status, text } = await exchange(url, body);
    try {
      return JSON.parse(text) as Answer<T>;
    } catch {
      throw rpcUnreachable(url, `HTTP ${status}, and no JSON`);
    }
  } catch (error) {
    const pauseMs = PAUSES_MS[attempt];
    const failure = rpcUnreachable(url, error);
    if (pauseMs === undefined || /ECONNREFUSED|ENOTFOUND|HTTP|INVALID_|no answer in/.test(failure.message))
      throw failure;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return post<T>(url, body, attempt + 1);
  }
}

const CONNECTIONS = { http: new Agent({ keepAlive: true }), https: new TlsAgent({ keepAlive: true }) };

/** By Node's own client: daemons look at the chain several times a second, and `fetch` costs them twice the time. */
function exchange(url: string, body: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const endpoint = new URL(url);
    const isTls = endpoint.protocol === 'https:';
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const agent = isTls ? CONNECTIONS.https : CONNECTIONS.http;
    const outgoing = (isTls ? tlsRequest : request)(endpoint, { method: 'POST', agent, headers });
    const timer = setTimeout(
      () => outgoing.destroy(new Error(`no answer in ${TIMEOUT_MS / 1_000} s`)),
      TIMEOUT_MS,
    );
    outgoing.once('close', () => clearTimeout(timer));
    outgoing.once('error', reject);
    outgoing.once('response', async (response) => {
      try {
        response.setEncoding('utf8');
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode, text });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.end(body);
  });
}
