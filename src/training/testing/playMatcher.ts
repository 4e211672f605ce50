import type { DescribedRound, Matcher } from '../../match/Matcher.ts';
import { Simulation } from '../Simulation.ts';
import type { Scenario } from '../scenario.ts';
import { welfareOf } from '../welfare.ts';

/** The welfare of an episode that a matcher clears; `matcherIn` may look at the simulation, as an oracle does. */
export function welfareUnder(
  scenario: Scenario,
  seed: number,
  matcherIn: (simulation: Simulation) => Matcher<DescribedRound>,
): number {
  const simulation = new Simulation(scenario);
  const matcher = matcherIn(simulation);
  simulation.reset(seed);
  while (simulation.round < scenario.horizonRounds && !simulation.isOver) {
    simulation.advance();
    for (const { workload, node, priceMicro } of matcher.match(simulation.described())) {
      simulation.match(simulation.workload(workload), node - 1, priceMicro);
    }
  }
  return welfareOf(simulation.terms);
}
