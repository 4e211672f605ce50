import { AICChainError } from '../domain/errors.ts';

/** An error after which a daemon must not go on by itself: a person has to look. */
export class Halted extends AICChainError {
  override readonly name = 'Halted';
}
