import type { Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/** The feasible node with the lowest id. First fit of bin packing; what a scheduler without any score does. */
export const firstFitMatcher: Matcher = queueMatcher('first-fit', () => () => 0);
