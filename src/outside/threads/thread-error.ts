import { CodedError } from '../../protocol/bytes/coded-error.ts';

/**
 * A thread that ended and should not have.
 *
 * - `unavailable`: its program could not be loaded.
 * - `threw`: nothing caught an exception in it, which is the `cause`; or its memory ran out.
 * - `ended`: it stopped by itself.
 */
export type ThreadErrorCode = 'unavailable' | 'threw' | 'ended';

export class ThreadError extends CodedError {
  override readonly name = 'ThreadError';
  readonly code: ThreadErrorCode;

  /** `purpose` is that of its program. */
  constructor(code: ThreadErrorCode, purpose: string, what: string, cause?: unknown) {
    super(`a thread to ${purpose} ${what}`, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

/** What a thread threw. Its class is lost on the way between threads, but its words are not. */
export function threwError(purpose: string, error: unknown): ThreadError {
  return new ThreadError('threw', purpose, `failed: ${String(error)}`, error);
}
