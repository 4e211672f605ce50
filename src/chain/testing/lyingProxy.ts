import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RawLog } from '../events.ts';

/**
 * An endpoint that hands every request on, and lies about logs: `lie` gets what the network answered to eth_getLogs
 * and returns what is told instead.
 */
export async function startLyingProxy(
  rpcUrl: string,
  lie: (logs: readonly RawLog[]) => readonly RawLog[],
): Promise<{ rpcUrl: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const headers = { 'content-type': 'application/json' };
    const told = await fetch(rpcUrl, { method: 'POST', headers, body });
    const answer = (await told.json()) as { result: readonly RawLog[] };
    const isLogs = JSON.parse(body).method === 'eth_getLogs';
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(isLogs ? { ...answer, result: lie(answer.result) } : answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    rpcUrl: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
