import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Where the Python package is. */
export const PYTHON_FOLDER = `${ROOT}python`;

/** Python with the modules named, or why there is none. */
export type Python = { readonly command: string } | { readonly missing: string };

/** $AICCHAIN_PYTHON, else python3. Looks for the modules without importing them: torch takes seconds. */
export function pythonWith(...modules: readonly string[]): Python {
  const command = process.env.AICCHAIN_PYTHON ?? 'python3';
  const look = `import importlib.util as u, sys; print(*[m for m in sys.argv[1:] if u.find_spec(m) is None])`;
  const found = spawnSync(command, ['-c', look, ...modules], { encoding: 'utf8' });
  if (found.error || found.status !== 0) return { missing: `there is no ${command}` };
  const missing = found.stdout.trim().split(' ').join(', ');
  return missing === '' ? { command } : { missing: `${command} has no ${missing} (python/requirements.txt)` };
}

/** What Python needs to find the package, and this very program as its environment server. */
export function pythonEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PYTHONPATH: PYTHON_FOLDER,
    PYTHONDONTWRITEBYTECODE: '1',
    AICCHAIN: `"${process.execPath}" "${ROOT}src/cli/main.ts"`,
  };
}
