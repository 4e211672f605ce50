/**
 * What operators of one node gain over many rounds by asking otherwise than truthfully. The gain of a strategy is never
 * counted on the stories on which the strategy was chosen: the best of several on the same accidents is always a gain.
 */
import type { NodeRecord } from '../../src/domain/index.ts';
import { Random } from '../../src/training/random.ts';
import { drawNodes } from './market.ts';
import type { Sample } from './regret.ts';
import { utilitiesMicro } from './story.ts';
import { STRATEGIES, truthful } from './strategies.ts';

/** The operators of one network that try strategies, together: those of one network share its luck. */
export interface Tried {
  /** For each operator the strategy that is best on one half of the stories, in the other half; both ways. */
  readonly foresight: Sample;
  /** The best strategy of each story, known afterwards. More than anyone can hope for: luck is in it. */
  readonly hindsight: Sample;
  /** Each strategy in all stories; in the order of the strategies, the truth first. */
  readonly byStrategy: readonly Sample[];
}

/** One operator in so many asks for itself, so that they hardly meet. */
const NODES_PER_DEVIANT = 100;

/** Operators of one node in a network of `size`, of those that earn, over `stories` sequences of arrivals. */
export function tryStrategies(seed: number, size: number, stories: number): Tried {
  const random = new Random(seed);
  const nodes = drawNodes(random.split(0), size).map((node) => ({ ...node, freeGpus: node.gpus }));
  const deviants = earners(nodes, random.split(1)).slice(0, Math.ceil(size / NODES_PER_DEVIANT));
  /** By strategy, then story, then operator. */
  const made = STRATEGIES.map((strategy) =>
    Array.from({ length: stories }, (_, story) =>
      utilitiesMicro(nodes, deviants, random.split(2 + story), strategy),
    ),
  );
  const ofOperators = deviants.map((_, i) =>
    made.map((ofStory) => ofStory.map((byOperator) => byOperator[i]!)),
  );
  const truthfulMicro = sum(ofOperators.map(([truth]) => sum(truth!)));
  const sample = (bestMicro: number): Sample => ({ truthfulMicro, bestMicro });
  return {
    foresight: sample(sum(ofOperators.map(chosenOnOtherStories))),
    hindsight: sample(sum(ofOperators.map(bestOfEachStory))),
    byStrategy: STRATEGIES.map((_, s) => sample(sum(ofOperators.map((byStrategy) => sum(byStrategy[s]!))))),
  };
}

/** The nodes that made something in a story of its own in which all are truthful: the others have little to gain or lose. */
function earners(nodes: readonly NodeRecord[], story: Random): readonly number[] {
  const all = [...nodes.keys()];
  const made = utilitiesMicro(nodes, all, story, truthful);
  return all.filter((c) => made[c]! > 0);
}

/** Of one operator's utilities, by strategy, then story. */
export function chosenOnOtherStories(byStrategy: readonly (readonly number[])[]): number {
  const half = (ofStory: readonly number[], parity: number) =>
    sum(ofStory.filter((_, story) => story % 2 === parity));
  return sum(
    [0, 1].map((parity) => {
      const elsewhere = byStrategy.map((ofStory) => half(ofStory, 1 - parity));
      return half(byStrategy[elsewhere.indexOf(Math.max(...elsewhere))]!, parity);
    }),
  );
}

function bestOfEachStory(byStrategy: readonly (readonly number[])[]): number {
  return sum(byStrategy[0]!.map((_, story) => Math.max(...byStrategy.map((ofStory) => ofStory[story]!))));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
