import highsPackage from 'highs';
import { AICChainError } from '../../src/domain/index.ts';
import {
  dualMicro,
  type Hindsight,
  heldPart,
  type Lane,
  noPrices,
  type Prices,
} from '../../src/training/bounds/index.ts';

/** The solver works in AICC: amounts in micro-AICC are too large beside its tolerances. */
const MICRO = 1e6;

export interface HindsightSolution {
  /** The dual value of the solver's prices, recomputed here: a bound even if the solver were wrong. Micro-AICC. */
  readonly boundMicro: number;
  /** What the solver says is reached: with an exact solver, the same. */
  readonly reachedMicro: number;
  readonly prices: Prices;
  readonly columns: number;
  readonly seconds: number;
}

// The package's types are those of its CommonJS build, whose default export is one level deeper than that of its module.
const loadHighs = highsPackage as unknown as typeof highsPackage.default;
const highs = loadHighs();

/** Columns: one for each start; rows: one for each workload, one for each pool and slot, twice. */
interface Program {
  readonly costs: number[];
  readonly starts: number[];
  readonly indices: number[];
  readonly values: number[];
}

/**
 * Solves `Hindsight` with HiGHS. Capacity holds on average over slots of several rounds: the sum of constraints that all
 * hold also holds, so that longer slots only raise the optimum; starts stay exact to the round.
 */
export async function solveHindsight(hindsight: Hindsight, roundsPerSlot = 1): Promise<HindsightSolution> {
  const solver = await highs;
  const { pools, rounds, workloads } = hindsight;
  const slots = Math.ceil(rounds / roundsPerSlot);
  const program: Program = { costs: [], starts: [0], indices: [], values: [] };
  const gpuRow = workloads.length;
  const startRow = gpuRow + pools.length * slots;
  for (const [j, lanes] of workloads.entries()) {
    for (const lane of lanes) {
      for (const [i, worthMicro] of lane.worthMicro.entries()) {
        if (worthMicro <= 0) continue;
        const round = lane.firstRound + i;
        const firstSlot = lane.pool * slots;
        program.costs.push(worthMicro / MICRO);
        add(program, j, 1 - lane.fault);
        for (const [slot, gpuRounds] of heldBySlot(lane, round, rounds, roundsPerSlot)) {
          add(program, gpuRow + firstSlot + slot, gpuRounds);
        }
        add(program, startRow + firstSlot + Math.floor(round / roundsPerSlot), 1);
        program.starts.push(program.indices.length);
      }
    }
  }
  const upper: number[] = workloads.map(() => 1);
  const lengths = Array.from({ length: slots }, (_, s) =>
    Math.min(roundsPerSlot, rounds - s * roundsPerSlot),
  );
  for (const { gpus } of pools) {
    for (const [s, length] of lengths.entries()) {
      const inSlot = gpus.subarray(s * roundsPerSlot, s * roundsPerSlot + length);
      upper.push(inSlot.reduce((sum, free) => sum + free, 0));
    }
  }
  for (const { nodes } of pools) upper.push(...lengths.map((length) => length * nodes));

  const columns = program.costs.length;
  return solver.withModel(
    {
      numCols: columns,
      numRows: upper.length,
      sense: solver.constants.objectiveSense.maximize,
      colCost: program.costs,
      colLower: program.costs.map(() => 0),
      colUpper: program.costs.map(() => solver.infinity),
      rowLower: upper.map(() => -solver.infinity),
      rowUpper: upper,
      matrix: {
        format: 'csc',
        numRows: upper.length,
        numCols: columns,
        starts: program.starts,
        indices: program.indices,
        values: program.values,
      },
    },
    (model): HindsightSolution => {
      model.options.set({ output_flag: false });
      model.run();
      const status = model.getModelStatus();
      if (columns > 0 && status !== solver.constants.modelStatus.optimal) {
        throw new AICChainError(
          'HINDSIGHT_NOT_SOLVED',
          `the hindsight program of ${columns} starts ended with HiGHS status ${status}, not optimal`,
          { hint: 'Take longer slots, or the dual bound, which needs no solver.' },
        );
      }
      const prices = noPrices(hindsight);
      const dual = columns > 0 ? model.getSolution().rowDual : new Float64Array(upper.length);
      for (const k of pools.keys()) {
        for (let t = 0; t < rounds; t++) {
          const row = k * slots + Math.floor(t / roundsPerSlot);
          prices.gpuMicro[k * rounds + t] = MICRO * Math.max(0, dual[gpuRow + row]!);
          prices.startMicro[k * rounds + t] = MICRO * Math.max(0, dual[startRow + row]!);
        }
      }
      return {
        boundMicro: dualMicro(hindsight, prices),
        reachedMicro: (columns > 0 ? MICRO * model.getObjectiveValue() : 0) + hindsight.extraMicro,
        prices,
        columns,
        seconds: model.getRunTime(),
      };
    },
  );
}

function add({ indices, values }: Program, row: number, value: number): void {
  indices.push(row);
  values.push(value);
}

/** GPU-rounds that a run holds in each slot; none after the last round. */
function heldBySlot(
  lane: Lane,
  round: number,
  rounds: number,
  roundsPerSlot: number,
): ReadonlyMap<number, number> {
  const bySlot = new Map<number, number>();
  for (let i = 0; i < lane.heldRounds && round + i < rounds; i++) {
    const slot = Math.floor((round + i) / roundsPerSlot);
    bySlot.set(slot, (bySlot.get(slot) ?? 0) + lane.gpus * heldPart(lane, i));
  }
  return bySlot;
}
