import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'examples/**/*.test.ts', 'benchmarks/**/*.test.ts'],
    // For tests that hang alone: a busy machine may take many times the seconds that they need.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    // Tests start many processes of this program: they need not compile it each time.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('./node_modules/.cache/compiled', import.meta.url)) },
  },
});
