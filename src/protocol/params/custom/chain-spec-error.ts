import { CodedError } from '../../bytes/coded-error.ts';

export type ChainSpecErrorCode =
  /** No JSON. The message says where. */
  | 'bad-json'
  | 'unknown-field'
  | 'repeated-field'
  | 'missing-field'
  | 'bad-value'
  /** The first block has not been searched for yet. */
  | 'genesis-not-mined'
  /** The first block is not the one that was mined: a rule has been changed since. */
  | 'genesis-mismatch';

/** A file that describes no chain. */
export class ChainSpecError extends CodedError {
  override readonly name = 'ChainSpecError';
  readonly code: ChainSpecErrorCode;
  /** The field, such as `premine[0].amount`; empty where the file as a whole is meant. */
  readonly field: string;

  constructor(code: ChainSpecErrorCode, field: string, message: string) {
    super(message);
    this.code = code;
    this.field = field;
  }
}
