import { CodedError } from '../../protocol/bytes/coded-error.ts';

/**
 * A search for a nonce that cannot go on.
 *
 * - `closed`: the search has been closed.
 * - `broken`: one of its threads died, which is the `cause`.
 */
export class SearchError extends CodedError {
  override readonly name = 'SearchError';
  readonly code: 'closed' | 'broken';

  constructor(code: SearchError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
