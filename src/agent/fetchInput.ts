import type { ContentStore } from './contentStore.ts';
import type { JobInput } from './jobSpec.ts';

/** Fetches an input from the address that the client names. It must have the hash and size of the spec. False where it is not to be had. */
export async function fetchInput(
  input: JobInput,
  store: ContentStore,
  signal: AbortSignal,
): Promise<boolean> {
  if (input.url === undefined) return false;
  try {
    // No redirects: the address that was checked is the one that is read.
    const response = await fetch(input.url, {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
    });
    if (!response.ok || response.body === null) return false;
    await store.put(response.body, { expected: input.hash, maxBytes: input.bytes });
    return true;
  } catch {
    return false;
  }
}
