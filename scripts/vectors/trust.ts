import { type Better, discrepancyBps, nextTrust } from '../../src/reports/index.ts';
import { randomFrom } from './random.ts';
import { columnsOf } from './table.ts';

const CASES = 600;
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
  return { discrepancy: columnsOf(discrepancies), trust: columnsOf([...extremes, ...steps]) };
}

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
