import { CodedError } from '../../bytes/coded-error.ts';

/** A backend of the curve was asked for by name, and there is none of that name or it does not load. */
export class CurveBackendError extends CodedError {
  override readonly name = 'CurveBackendError';
  readonly code: 'unknown-curve-backend' | 'curve-backend-unavailable';

  constructor(code: CurveBackendError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
