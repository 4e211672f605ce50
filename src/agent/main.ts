// The agent of one node, as a process: node src/agent/main.ts --data DIR [--json] [--parent-pid PID] [--stdin-leash]
import { parseArgs } from 'node:util';
import { AICChainError } from '../domain/errors.ts';
import type { Agent as NodeAgent } from './Agent.ts';
import { cacheCompiled } from './compileCache.ts';
import { endWith } from './leash.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
    'parent-pid': { type: 'string' },
    'stdin-leash': { type: 'boolean', default: false },
  },
});

function say(event: string, details: Record<string, unknown>): void {
  if (values.json) console.log(JSON.stringify({ event, ...details }));
  else console.log(event, ...Object.entries(details).map(([key, value]) => `${key}=${value}`));
}

function refuse(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof AICChainError && error.hint ? ` ${error.hint}` : '';
  console.error(`error: ${message.split('\n')[0]}.${hint}`);
  process.exit(1);
}

try {
  if (values.data === undefined)
    throw new AICChainError('NO_DATA_FOLDER', 'no data folder is named', { hint: 'Add --data DIR.' });
  let agent: NodeAgent | undefined;
  // From the first moment: whoever starts us may be gone before we are up.
  endWith({
    parentPid: values['parent-pid'] === undefined ? undefined : Number(values['parent-pid']),
    stdin: values['stdin-leash'],
    end: async () => {
      await agent?.stop();
      process.exit(0);
    },
  });
  cacheCompiled();
  const [{ Agent }, { connectAgentChain }, { readAccount, readConfig }] = await Promise.all([
    import('./Agent.ts'),
    import('./agentChain.ts'),
    import('./config.ts'),
  ]);
  const config = readConfig(values.data);
  const account = readAccount(config.keyFile);
  const chain = await connectAgentChain(config, account);
  agent = await Agent.start({ dataDir: values.data, config, account, chain, onEvent: say });
} catch (error) {
  refuse(error);
}
