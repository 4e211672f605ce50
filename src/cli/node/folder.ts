import type { AgentConfig } from '../../agent/index.ts';
import { readConfig } from '../../agent/index.ts';
import { checkedName } from '../contexts.ts';
import type { Session } from '../Session.ts';
import { UsageError } from '../usage.ts';

/** Path parts of a node's folder in the data folder: its configuration, journal and content. */
export const nodeFolder = (name: string): string[] => ['nodes', checkedName('node', name)];

export function nodeConfig({ home }: Session, name: string): AgentConfig {
  if (home.has(...nodeFolder(name), 'node.json')) return readConfig(home.file(...nodeFolder(name)));
  throw new UsageError(`there is no node "${name}" here`, 'Register it with `aicchain node register`.');
}
