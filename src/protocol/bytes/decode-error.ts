import { CodedError } from './coded-error.ts';

/** What can be wrong with bytes, before anybody asks what they mean. */
export type DecodeErrorCode =
  | 'end-of-data'
  | 'trailing-bytes'
  | 'non-canonical-size'
  | 'size-too-large'
  | 'bad-hex'
  | 'bad-length'
  | 'bad-value';

/**
 * Bytes that are not what they claim to be. Where Bitcoin Core has words for it, `message` has the
 * same ones: they come back to callers of `submitblock` and `sendrawtransaction`.
 */
export class DecodeError extends CodedError {
  override readonly name = 'DecodeError';
  readonly code: DecodeErrorCode;

  constructor(code: DecodeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
