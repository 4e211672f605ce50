import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A JSON-RPC question, and what passes it on to the chain. */
export type Meddle = (method: string, params: readonly unknown[], ask: Ask) => Promise<unknown>;
export type Ask = (method: string, params: readonly unknown[]) => Promise<unknown>;

interface Question {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

class Refused extends Error {
  readonly error: unknown;

  constructor(error: unknown) {
    super('refused');
    this.error = error;
  }
}

/** An endpoint before a chain, honest until `meddle` is set: it may answer late, wrongly, or not at all. */
export async function startRpcProxy(rpcUrl: string) {
  const ask: Ask = async (method, params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const headers = { 'content-type': 'application/json' };
    const answer = (await (await fetch(rpcUrl, { method: 'POST', headers, body })).json()) as {
      result?: unknown;
      error?: unknown;
    };
    if (answer.error) throw new Refused(answer.error);
    return answer.result;
  };
  const proxy = { rpcUrl: '', meddle: undefined as Meddle | undefined, stop: async () => {} };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { id, method, params } = JSON.parse(text) as Question;
    const answer = await (proxy.meddle ?? ((m, p) => ask(m, p)))(method, params, ask).then(
      (result) => ({ result }),
      (error: unknown) => ({ error: error instanceof Refused ? error.error : { message: String(error) } }),
    );
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy.stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return proxy;
}

export type RpcProxy = Awaited<ReturnType<typeof startRpcProxy>>;
