// An agent over the file of a chain double, as a process that can be killed: node agentChild.fixture.ts FOLDER [DIE_AT]
// With DIE_AT it kills itself right after the chain took, or right before it is told, such a line: "after:complete".
import { join } from 'node:path';
import { Agent } from './Agent.ts';
import { config } from './agent.fixture.ts';
import { ChainDouble, OWNER } from './chainDouble.fixture.ts';
import { ProcessDriver } from './drivers/process.ts';
import { endWith } from './leash.ts';

const [folder = '', dieAt = ''] = process.argv.slice(2);
const chain = new ChainDouble(join(folder, 'chain.json'));
for (const verb of ['start', 'complete'] as const) {
  const write = chain[verb].bind(chain) as (...args: unknown[]) => Promise<void>;
  chain[verb] = async (...args: unknown[]) => {
    if (dieAt === `before:${verb}`) process.kill(process.pid, 'SIGKILL');
    await write(...args);
    if (dieAt === `after:${verb}`) process.kill(process.pid, 'SIGKILL');
  };
}
const agent = await Agent.start({
  dataDir: join(folder, 'data'),
  config: config({}),
  account: OWNER,
  chain,
  driver: await ProcessDriver.open({ isolation: 'none', graceMs: 100 }),
  pollMs: 20,
  onEvent: (event, details) => console.log(JSON.stringify({ event, ...details })),
});
endWith({ parentPid: undefined, stdin: true, end: () => agent.stop().then(() => process.exit(0)) });
