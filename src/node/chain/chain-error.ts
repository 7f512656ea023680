import { CodedError } from '../../protocol/bytes/coded-error.ts';

/**
 * - `unknown-block`: there is no block of this hash
 * - `no-block`: the block is known, but its body is not here
 * - `genesis`: the first block cannot be taken back
 * - `unknown-mark`: an earlier mark has been reverted to since, or it was released, or is another chain's
 * - `no-prune`: pruning was not asked for when the chain was opened
 * - `bad-option`: an option has a value that makes no sense
 * - `from-future`: the tip is further ahead of the clock than a block may be
 * - `stopped`: it was called off before it was done
 * - `closed`: the chain has been closed
 */
export type ChainErrorCode =
  | 'unknown-block'
  | 'no-block'
  | 'genesis'
  | 'unknown-mark'
  | 'no-prune'
  | 'bad-option'
  | 'from-future'
  | 'stopped'
  | 'closed';

/** What cannot be done with the chain. */
export class ChainError extends CodedError {
  override readonly name = 'ChainError';
  readonly code: ChainErrorCode;

  constructor(code: ChainErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
