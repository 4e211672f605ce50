/** Rules that others use, each behind the interface of the certified matcher, to be compared with it. */
export * from './bestFit.ts';
export * from './dotProduct.ts';
export * from './durationGreedy.ts';
export * from './energyGreedy.ts';
export * from './fgd.ts';
export * from './firstFit.ts';
export * from './latencyGreedy.ts';
export * from './linearScore.ts';
export * from './oracle.ts';
export * from './packing.ts';
export * from './priceGreedy.ts';
export * from './random.ts';
export * from './referenceProgram.ts';
export * from './untuned.ts';
export * from './weightGreedy.ts';
export * from './worstFit.ts';
