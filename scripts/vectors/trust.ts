import type { Measured } from '../../src/domain/index.ts';
import { aggregate, type Better, discrepancyBps, nextTrust } from '../../src/reports/index.ts';
import { type Random, randomFrom } from './random.ts';
import { columnsOf } from './table.ts';

const CASES = 600;
const AUDITS = 150;
const QUORUM = 1;
const MAX_TOLERANCE_BPS = 5_000;
/** The largest coded compute: decode(255) << 24. */
const MAX_METRIC = 1_015_808 * 2 ** 24;

export function trustVectors() {
  const random = randomFrom(5);
  const metric = () => random.within(0, MAX_METRIC);
  const near = (value: number) => Math.floor((value * random.within(5_000, 20_000)) / 10_000);
  const discrepancies = Array.from({ length: CASES }, () => {
    const claimed = metric();
    const measured = random.chance(3) ? metric() : Math.min(MAX_METRIC, near(claimed));
    return discrepancyCase(
      claimed,
      measured,
      random.within(0, MAX_TOLERANCE_BPS),
      random.pick(['more', 'less']),
    );
  });
  const bps = () => (random.chance(2) ? random.below(10_001) : random.within(0, 10_000));
  const steps = Array.from({ length: CASES }, () =>
    trustCase(bps(), bps(), random.within(1, 16), random.within(1, 256), random.within(1, 256)),
  );
  const extremes = [0, 10_000].flatMap((trust) =>
    [0, 10_000].flatMap((worst) =>
      [1, 16].flatMap((f) => [1, 256].map((d) => trustCase(trust, worst, f, d, d))),
    ),
  );
  const audits = Array.from({ length: AUDITS }, () =>
    Array.from({ length: 1 + random.below(7) }, () => anyReveal(random)),
  );
  return {
    discrepancy: columnsOf(discrepancies),
    trust: columnsOf([...extremes, ...steps]),
    audit: columnsOf(audits.map((reveals) => ({ reveals: reveals.length, ...aggregate(reveals, QUORUM)! }))),
    reveal: columnsOf(audits.flat()),
  };
}

const anyReveal = (random: Random): Measured & Record<string, number | boolean> => ({
  answered: !random.chance(3),
  latencyUs: random.within(0, 2 ** 32 - 1),
  bandwidthMbps: random.within(0, 2 ** 32 - 1),
  computeMflops: random.within(0, MAX_METRIC),
});

const discrepancyCase = (claimed: number, measured: number, toleranceBps: number, better: Better) => ({
  claimed,
  measured,
  toleranceBps,
  lessIsBetter: better === 'less',
  discrepancyBps: discrepancyBps(claimed, measured, toleranceBps, better),
});

const trustCase = (trustBps: number, worstBps: number, factor: number, gain: number, loss: number) => ({
  trustBps,
  worstBps,
  discrepancyFactor: factor,
  trustGainDivisor: gain,
  trustLossDivisor: loss,
  next: nextTrust(trustBps, worstBps, {
    discrepancyFactor: factor,
    trustGainDivisor: gain,
    trustLossDivisor: loss,
  }),
});
