import { CodedError } from '../../protocol/bytes/coded-error.ts';

/** A block that was made here, and that the chain does not take. */
export class MiningError extends CodedError {
  override readonly name = 'MiningError';
  readonly code = 'block-refused';

  constructor(reason: CodedError) {
    super(`the chain refuses the block that was made: ${reason.message}`, { cause: reason });
  }
}
