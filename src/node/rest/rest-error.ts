import { CodedError } from '../../protocol/bytes/coded-error.ts';

const BAD_REQUEST = 400;
const NOT_FOUND = 404;

/** A request that gets no answer but what is wrong with it. */
export class RestError extends CodedError {
  override readonly name = 'RestError';
  readonly code: string;
  /** Of HTTP. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.code = `http-${status}`;
    this.status = status;
  }
}

export function badRequest(message: string): RestError {
  return new RestError(BAD_REQUEST, message);
}

export function notFound(message: string): RestError {
  return new RestError(NOT_FOUND, message);
}
