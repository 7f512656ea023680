import { CodedError } from '../protocol/bytes/coded-error.ts';

/** In which way a command line can be wrong. */
export type UsageErrorCode =
  | 'unknown-command'
  | 'unknown-option'
  | 'unknown-chain'
  | 'missing-argument'
  | 'unexpected-argument'
  | 'bad-value';

/** A command line that cannot be meant: nothing has been done yet. The exit code is 2. */
export class UsageError extends CodedError {
  override readonly name = 'UsageError';
  readonly code: UsageErrorCode;

  constructor(code: UsageErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
