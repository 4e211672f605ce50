#!/usr/bin/env node
import { run } from './run.ts';

const code = await run(process.argv.slice(2), process);
// A command that gave its result may still have set a code of its own.
if (code !== 0) process.exitCode = code;
