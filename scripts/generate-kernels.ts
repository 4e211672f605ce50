// kernels/*.ts compiled to WebAssembly and kept as text, so that neither Node nor a browser has a file to load.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const folder = join(import.meta.dirname, '..', 'kernels');
/** No imports, no relaxed SIMD: the same results everywhere. */
const OPTIONS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert'];
/** Threads of a training share one memory, which comes from outside. */
const SHARED = [
  '--importMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
  '--sharedMemory',
  '--enable',
  'threads',
];
/** On the main thread some browsers compile at once only what is smaller. Nobody trains there. */
const MOST_BYTES = { scoring: 4_095, training: 16_384 };

/** Path and text of every generated file. */
export async function kernelFiles(): Promise<readonly (readonly [path: string, text: string])[]> {
  return [
    ['src/policy/generated/scoringKernel.ts', textOf('scoring', await compiled('scoring', OPTIONS))],
    [
      'src/training/generated/trainingKernel.ts',
      textOf('training', await compiled('training', [...OPTIONS, ...SHARED])),
    ],
  ];
}

async function compiled(name: keyof typeof MOST_BYTES, options: readonly string[]): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main([`${name}.ts`, '--outFile', `${name}.wasm`, ...options], {
    readFile: (file) => (file === `${name}.ts` ? readFileSync(join(folder, file), 'utf8') : null),
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`kernels/${name}.ts does not compile\n${stderr}`);
  const most = MOST_BYTES[name];
  if (binary.length > most)
    throw new Error(`kernels/${name}.ts compiles to ${binary.length} bytes, at most ${most} are loaded`);
  return binary;
}

const textOf = (name: string, binary: Uint8Array) => `\
// Made by scripts/generate-kernels.ts from kernels/${name}.ts: ${binary.length} bytes of WebAssembly in base64. Do not edit.
export const ${name}Kernel =
  '${Buffer.from(binary).toString('base64')}';
`;
