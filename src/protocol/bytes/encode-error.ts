import { CodedError } from './coded-error.ts';

/** A value that has no encoding: a number out of its field's range, a hash of the wrong length. */
export class EncodeError extends CodedError {
  override readonly name = 'EncodeError';
  readonly code = 'out-of-range';
}
