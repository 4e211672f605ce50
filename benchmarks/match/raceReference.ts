/** The race against the reference in a process of its own: `node raceReference.ts NODES WORKLOADS RUNS` prints a Race. */
import { race } from './againstReference.ts';

const [nodes, workloads, runs] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(race(nodes!, workloads!, runs!)));
