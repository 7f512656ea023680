import { CodedError } from '../../protocol/bytes/coded-error.ts';

/**
 * - `unreachable`: no node answers
 * - `no-block`: the node does not have this block, or has it no longer
 */
export type SourceErrorCode = 'unreachable' | 'no-block';

/** What a wallet cannot learn from its node. */
export class SourceError extends CodedError {
  override readonly name = 'SourceError';
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
