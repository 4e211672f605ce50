// Started beside an embedded chain by the process that owns it. However that process ends, its end of our standard
// input closes: then the chain is ended too, so that no chain outlives its owner.
import { endProcess } from './processes.ts';

const [pid, mark] = process.argv.slice(2);
// Ctrl-C is for the owner, who ends the chain in order.
process.on('SIGINT', () => {});
process.stdin.resume();
process.stdin.on('close', async () => {
  await endProcess(Number(pid), String(mark));
  process.exit(0);
});
