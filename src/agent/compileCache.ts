import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * What was compiled once is not compiled again, by this process and its children: more than half of the time to start.
 * Kept beside the code, which nobody else may write; where that is not possible, nothing changes. Counts for what is
 * imported after the call.
 */
export function cacheCompiled(): void {
  const folder = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));
  if (enableCompileCache(folder).directory !== undefined) process.env.NODE_COMPILE_CACHE ??= folder;
}
