/** What the shipped policies and the ablations are made with alike. */

/** PPO in the market of sixteen nodes, beside its defaults. */
export const MARKET_PPO = {
  environments: 64,
  steps: 128,
  minibatch: 2_048,
  learningRate: 0.005,
  temperatureStart: 0.05,
  temperatureEnd: 0.005,
} as const;

/** Episodes that teach a policy of training seed `seed`. */
export const lessonSeeds = (seed: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => 1_000_000 + 1_000 * seed + i);
