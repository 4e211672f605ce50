/** Ways to ask in a network over many rounds; the first is the truth. */

/** What a node knows when it asks. Everything here is on chain. */
export interface View {
  readonly trueAsk: number;
  /** 0..1, how much of the story has passed. */
  readonly elapsed: number;
  /** Price of a GPU-hour on nodes of its class in the last round that matched any; 0 before. */
  readonly priceOfClass: number;
}

export interface Strategy {
  readonly name: string;
  ask(view: View): number;
}

export const truthful: Strategy = { name: 'truthful', ask: ({ trueAsk }) => trueAsk };
const markUp = (factor: number): Strategy => ({
  name: `mark-up ${factor}`,
  ask: ({ trueAsk }) => trueAsk * factor,
});
const falling = (factor: number): Strategy => ({
  name: `falling from ${factor}`,
  ask: ({ trueAsk, elapsed }) => trueAsk * (1 + (factor - 1) * (1 - elapsed)),
});
const followPrice = (share: number): Strategy => ({
  name: `follow ${share} of price`,
  ask: ({ trueAsk, priceOfClass }) => Math.max(trueAsk, share * priceOfClass),
});

/** What is searched, at every size. Few, so that the choice among them is not a choice among accidents. */
export const STRATEGIES: readonly Strategy[] = [
  truthful,
  ...[1.05, 1.1, 1.2, 1.35, 2].map(markUp),
  falling(1.5),
  followPrice(0.8),
];
