import { CodedError } from '../../protocol/bytes/coded-error.ts';

export type HttpErrorCode =
  /** The body is longer than allowed. */
  | 'too-large'
  /** The client went away in the middle of its request. */
  | 'cut-off';

/** A request that cannot be answered. */
export class HttpError extends CodedError {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;

  constructor(code: HttpErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
