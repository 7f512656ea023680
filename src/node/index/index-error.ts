import { CodedError } from '../../protocol/bytes/coded-error.ts';

/**
 * - `failed`: the index met an error, and does not follow the chain any more
 * - `stopped`: it was told to stop
 * - `newer-version`: a later version of this program built it
 * - `pruned`: a block that it needs has been deleted
 * - `corrupt`: it holds what this program does not write
 */
export type IndexErrorCode = 'failed' | 'stopped' | 'newer-version' | 'pruned' | 'corrupt';

/** What an index cannot do. The message names the index, and says what helps. */
export class IndexError extends CodedError {
  override readonly name = 'IndexError';
  readonly code: IndexErrorCode;
  /** The name of the index. */
  readonly index: string;

  constructor(code: IndexErrorCode, index: string, message: string, options?: ErrorOptions) {
    super(`index ${index}: ${message}`, options);
    this.code = code;
    this.index = index;
  }
}
