import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COPY } from './agent.fixture.ts';
import { ChainDouble } from './chainDouble.fixture.ts';
import { ContentStore } from './contentStore.ts';
import { contentHash } from './document.ts';
import { encodeJobSpec } from './jobSpec.ts';
import { WorkloadBook } from './WorkloadBook.ts';

test('what a match needs of the store: its spec, inputs and results, until it is over', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aicchain-book-'));
  const chain = ChainDouble.create(join(folder, 'chain.json'));
  const store = await ContentStore.open(join(folder, 'content'));
  const book = new WorkloadBook(folder);
  const spec = contentHash(encodeJobSpec(COPY));
  const input = COPY.inputs[0]!.hash;
  const [digest, output] = ['digest', 'output'].map((text) => contentHash(Buffer.from(text)));
  chain.match(1, spec);
  const match = chain.state(1);

  book.accept(match);
  expect([...(await book.needed(store))]).toEqual([spec]);
  await store.putBytes(encodeJobSpec(COPY));
  expect([...(await book.needed(store))]).toEqual([spec, input]);
  const outputs = [{ name: 'copy.txt', hash: output!, bytes: 6 }];
  book.ended(match, {
    ending: 'Completed',
    digest: digest!,
    doneBps: 10_000,
    detail: '',
    outputs,
    metrics: {},
  });
  expect([...(await book.needed(store))]).toEqual([spec, input, digest, output]);
  book.closed(match, 'Completed', true);
  expect([...(await book.needed(store))]).toEqual([]);
  book.close();
});
