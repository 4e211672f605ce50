/**
 * The base of every error that a user may see: what is wrong, where, and what to do next.
 * `retryable` is part of the type: a caller that loops may only loop on those.
 */
export class AICChainError extends Error {
  override readonly name: string = 'AICChainError';
  readonly code: string;
  /** What to do next, one sentence. */
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(
    code: string,
    message: string,
    options: { hint?: string; cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
  }
}
