// kernels/*.ts compiled to WebAssembly and kept as text, so that neither Node nor a browser has a file to load.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const folder = join(import.meta.dirname, '..', 'kernels');
/** No imports, no relaxed SIMD: the same results everywhere. */
const OPTIONS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert'];
/** On the main thread some browsers compile at once only what is smaller. */
const MOST_BYTES = 4_095;

/** Path and text of every generated file. */
export async function kernelFiles(): Promise<readonly (readonly [path: string, text: string])[]> {
  return [['src/policy/generated/scoringKernel.ts', textOf('scoring', await compiled('scoring'))]];
}

async function compiled(name: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main([`${name}.ts`, '--outFile', `${name}.wasm`, ...OPTIONS], {
    readFile: (file) => (file === `${name}.ts` ? readFileSync(join(folder, file), 'utf8') : null),
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`kernels/${name}.ts does not compile\n${stderr}`);
  if (binary.length > MOST_BYTES)
    throw new Error(
      `kernels/${name}.ts compiles to ${binary.length} bytes, at most ${MOST_BYTES} are loaded`,
    );
  return binary;
}

const textOf = (name: string, binary: Uint8Array) => `\
// Made by scripts/generate-kernels.ts from kernels/${name}.ts: ${binary.length} bytes of WebAssembly in base64. Do not edit.
export const ${name}Kernel =
  '${Buffer.from(binary).toString('base64')}';
`;
