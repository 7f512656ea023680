import { CodedError } from '../../bytes/coded-error.ts';

/** A question that makes no sense for a transaction, which may well be valid. */
export class SpendError extends CodedError {
  override readonly name = 'SpendError';
  readonly code: 'no-such-input' | 'spent-outputs-mismatch';

  constructor(code: SpendError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
