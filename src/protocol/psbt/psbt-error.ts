import { CodedError } from '../bytes/coded-error.ts';

export type PsbtErrorCode =
  /** The text is not Base64. */
  | 'bad-base64'
  | 'bad-magic'
  /** A key that is there twice. */
  | 'duplicate-key'
  | 'bad-key'
  | 'bad-value'
  /** No transaction, or more or fewer inputs and outputs than it has. */
  | 'bad-structure'
  | 'unsupported-version'
  /** The bytes end too early, or go on. */
  | 'end-of-data'
  | 'trailing-bytes'
  /** Two PSBTs that are not about the same transaction. */
  | 'different-transactions'
  /** An input that is in two PSBTs that are to be joined. */
  | 'duplicate-input';

/** Bytes that are no PSBT, or PSBTs that do not fit together. `message` has Bitcoin Core's words. */
export class PsbtError extends CodedError {
  override readonly name = 'PsbtError';
  readonly code: PsbtErrorCode;

  constructor(code: PsbtErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
