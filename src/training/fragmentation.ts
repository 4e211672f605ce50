import type { Scenario } from './scenario.ts';

/**
 * Free GPUs on nodes that have too few of them for the next workload, on average over what may come. Counts nodes by their
 * free GPUs, so that it is exact however often it changes.
 */
export class Fragmentation {
  readonly #totalGpus: number;
  /** GPUs stranded on average on a node with so many free. */
  readonly #stranded: Float64Array;
  readonly #nodes: Int32Array;

  constructor(scenario: Scenario, totalGpus: number) {
    const most = scenario.nodes.reduce((least, { gpus }) => Math.max(least, gpus), 0);
    this.#totalGpus = totalGpus;
    this.#nodes = new Int32Array(most + 1);
    this.#stranded = new Float64Array(most + 1);
    for (const [need, probability] of gpuNeeds(scenario)) {
      for (let free = 0; free <= most && free < need; free++) this.#stranded[free]! += probability * free;
    }
  }

  clear(): void {
    this.#nodes.fill(0);
  }

  add(free: number): void {
    this.#nodes[free]!++;
  }

  move(from: number, to: number): void {
    this.#nodes[from]!--;
    this.#nodes[to]!++;
  }

  /** Of nodes with at least so many free GPUs: all of these. */
  freeOnNodesWith(gpus: number): number {
    let sum = 0;
    for (let free = gpus; free < this.#nodes.length; free++) sum += free * this.#nodes[free]!;
    return sum;
  }

  /** A part of all GPUs, in [0, 1]. */
  get value(): number {
    let stranded = 0;
    for (let free = 1; free < this.#nodes.length; free++)
      stranded += this.#stranded[free]! * this.#nodes[free]!;
    return stranded / this.#totalGpus;
  }

  save(): number[] {
    return [...this.#nodes];
  }

  restore(saved: readonly number[]): void {
    this.#nodes.set(saved);
  }
}

/** How likely the next workload needs how many GPUs. */
function gpuNeeds({ workloads }: Scenario): ReadonlyMap<number, number> {
  const needs = new Map<number, number>();
  const all = workloads.kinds.reduce((sum, { frequency }) => sum + frequency, 0);
  for (const { frequency, gpuChoices, spec } of workloads.kinds) {
    const choices = gpuChoices.length === 0 ? [spec.gpus] : gpuChoices;
    for (const need of choices) needs.set(need, (needs.get(need) ?? 0) + frequency / all / choices.length);
  }
  return needs;
}
