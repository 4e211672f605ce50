import { readFileSync } from 'node:fs';

/** Of aicchain. package.json is beside src in the repository and beside dist in the published package: twice up from here. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
