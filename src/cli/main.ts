#!/usr/bin/env node
import { cacheCompiled } from '../agent/compileCache.ts';

cacheCompiled();
const { run } = await import('./run.ts');

const code = await run(process.argv.slice(2), process);
// A command that finished may have said itself that what it found is not good.
if (code !== 0) process.exitCode = code;
