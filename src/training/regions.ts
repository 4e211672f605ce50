import { AICChainError } from '../domain/index.ts';
import { exp } from './elementary.ts';
import { Random } from './random.ts';

/** Where nodes and clients are: how far from one another, and what their electricity emits. */
export interface Regions {
  /** Round trips, milliseconds, row by row; from a region to itself too. */
  readonly rttMs: readonly (readonly number[])[];
  readonly gCo2PerKWh: readonly number[];
}

/** Light in fibre, round trip: 1 ms for 100 km. */
const KM_PER_RTT_MS = 100;
const EARTH_RADIUS_KM = 6_371;
/**
 * Calibrated to the round trips between 34 data-centre regions (umassos/decarbonization-potential: 5 ms within one, p50 140,
 * p90 250, at most 343): fibre is this much longer than the great circle.
 */
const STRETCH = 1.4;
const WITHIN_REGION_MS = 5;
const JITTER_SIGMA = 0.15;

/** Deciles, 0 to 100 %, of the mean carbon intensity of 123 zones in 2020 to 2022 (the same source), gCO2/kWh. */
const CARBON_DECILES = [15, 40, 149, 234, 286, 374, 439, 477, 577, 657, 949];

/** Regions spread over the globe at random, each with a grid of its own. */
export function syntheticRegions(count: number, seed: number): Regions {
  const random = new Random(seed);
  const places = Array.from({ length: count }, () => direction(random));
  const rttMs = places.map(() => new Array<number>(count).fill(WITHIN_REGION_MS));
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      const jitter = exp(JITTER_SIGMA * random.normal());
      const km = EARTH_RADIUS_KM * arc(places[a]!, places[b]!);
      const ms = WITHIN_REGION_MS + (STRETCH * jitter * km) / KM_PER_RTT_MS;
      rttMs[a]![b] = ms;
      rttMs[b]![a] = ms;
    }
  }
  return { rttMs, gCo2PerKWh: places.map((_, i) => carbonAt((i + random.float()) / count)) };
}

/** Refuses a matrix that is not square, has gaps, or has not a carbon intensity for each region. */
export function checkRegions({ rttMs, gCo2PerKWh }: Regions): void {
  if (rttMs.length === 0) throw bad('there is no region');
  rttMs.forEach((row, i) => {
    if (row.length !== rttMs.length)
      throw bad(`row ${i} of the round trips has ${row.length} of ${rttMs.length} numbers`);
    row.forEach((ms, j) => {
      if (!(ms >= 0 && Number.isFinite(ms))) throw bad(`the round trip from region ${i} to ${j} is ${ms} ms`);
    });
  });
  if (gCo2PerKWh.length !== rttMs.length) {
    throw bad(`${rttMs.length} regions have ${gCo2PerKWh.length} carbon intensities`);
  }
  gCo2PerKWh.forEach((g, i) => {
    if (!(g >= 0 && Number.isFinite(g))) throw bad(`the carbon intensity of region ${i} is ${g} gCO2/kWh`);
  });
}

/** The middle round trip of a region to all: what a node there may say of its latency. */
export function typicalRttMs({ rttMs }: Regions, region: number): number {
  const sorted = [...rttMs[region]!].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

function carbonAt(quantile: number): number {
  const at = quantile * (CARBON_DECILES.length - 1);
  const low = Math.floor(at);
  const from = CARBON_DECILES[low]!;
  return from + (at - low) * ((CARBON_DECILES[low + 1] ?? from) - from);
}

type Direction = readonly [number, number, number];

/** Uniform on the sphere. */
function direction(random: Random): Direction {
  const [x, y, z] = [random.normal(), random.normal(), random.normal()];
  const length = Math.sqrt(x * x + y * y + z * z);
  return [x / length, y / length, z / length];
}

/** The angle between two directions, to 7 digits; the formula is Abramowitz and Stegun 4.4.45. */
function arc(a: Direction, b: Direction): number {
  const dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const x = Math.min(1, Math.abs(dot));
  const angle = Math.sqrt(1 - x) * (1.5707288 + x * (-0.2121144 + x * (0.074261 - x * 0.0187293)));
  return dot >= 0 ? angle : Math.PI - angle;
}

function bad(what: string): AICChainError {
  return new AICChainError('BAD_REGIONS', `the regions are incomplete: ${what}`, {
    hint: 'Give a square matrix of round trips in ms and one gCO2/kWh for each of its rows.',
  });
}
