import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Rooms whose every result must be a function of their arguments: what consensus and replayable training consist of. */
const PURE_ROOMS = ['domain', 'state', 'policy', 'match', 'reports', 'settlement', 'verify', 'training'];
const AMBIENT =
  /\b(Date\.now|new Date\(|Math\.random|performance\.now|crypto\.getRandomValues|process\.(env|hrtime))/;

const sources = (room: string): string[] =>
  readdirSync(join(import.meta.dirname, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => join(import.meta.dirname, room, file));

describe('pure rooms take time and randomness as arguments', () => {
  test.each(PURE_ROOMS)('%s', (room) => {
    const files = sources(room);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      expect(AMBIENT.exec(code)?.[0], file).toBeUndefined();
    }
  });
});

test('training computes with nothing that engines may round differently', () => {
  for (const file of sources('training')) {
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const inexact = /Math\.(exp|expm1|log|log1p|log2|log10|pow|sin|cos|tan|tanh|hypot|cbrt)\b/;
    expect(inexact.exec(code)?.[0], file).toBeUndefined();
  }
});
