import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from './journal.ts';

const path = () => join(mkdtempSync(join(tmpdir(), 'aicchain-journal-')), 'journal');

function written(file: string): string {
  const journal = Journal.open<{ n: number }>(file);
  for (const n of [1, 2, 3]) journal.append({ n });
  journal.close();
  return file;
}

test('a damaged line is refused by its number', () => {
  const file = written(path());
  writeFileSync(file, readFileSync(file, 'utf8').replace('"n":2', '"n":9'));
  expect(() => Journal.open(file)).toThrow(`line 2 of ${file} is damaged`);
});

test('a file that is something else is refused', () => {
  const file = path();
  writeFileSync(file, 'hello\n');
  expect(() => Journal.open(file)).toThrow('line 1');
});

test('a last line cut short by a crash is dropped, at every length', () => {
  const text = readFileSync(written(path()), 'utf8');
  const kept = text.lastIndexOf('\n', text.length - 2) + 1;
  for (let length = kept; length < text.length; length++) {
    const file = path();
    writeFileSync(file, text.slice(0, length));
    const journal = Journal.open<{ n: number }>(file);
    expect(journal.entries).toEqual([{ n: 1 }, { n: 2 }]);
    journal.append({ n: 4 });
    journal.close();
    const again = Journal.open<{ n: number }>(file);
    expect(again.entries).toEqual([{ n: 1 }, { n: 2 }, { n: 4 }]);
    again.close();
  }
});

test('what was appended is read back, in order', () => {
  const file = written(path());
  appendFileSync(file, '');
  const journal = Journal.open(file);
  expect(journal.entries).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  journal.close();
});

test('a line that did not fit on the disk leaves no half behind, and the next one is whole', () => {
  const file = path();
  // The shell's limit on the size of files stands in for a full disk.
  const script = `
    const { Journal } = await import(${JSON.stringify(join(import.meta.dirname, 'journal.ts'))});
    process.on('SIGXFSZ', () => {});
    const journal = Journal.open(${JSON.stringify(file)});
    const said = [];
    for (const text of ['a', 'x'.repeat(3000), 'b'])
      try { journal.append({ text }); said.push('kept'); } catch (error) { said.push(error.code + ' ' + error.message); }
    console.log(said.join('\\n'));`;
  const node = [process.execPath, '--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -f 2; exec "$@"', 'sh', ...node], {
    encoding: 'utf8',
  });
  expect(stdout.split('\n'), stderr).toEqual([
    'kept',
    expect.stringContaining(`CANNOT_WRITE ${file} cannot be written: EFBIG`),
    'kept',
    '',
  ]);
  const journal = Journal.open(file);
  expect(journal.entries).toEqual([{ text: 'a' }, { text: 'b' }]);
  journal.close();
});
