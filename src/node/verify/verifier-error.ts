import { CodedError } from '../../protocol/bytes/coded-error.ts';

/**
 * Scripts that could not be run, which says nothing about the block that they are from.
 *
 * - `closed`: the verifier has been closed.
 * - `broken`: a thread died, or something was thrown that is not a script's failure. Nothing is
 *   verified any more: a node that went on could take a wrong chain for the right one.
 */
export class VerifierError extends CodedError {
  override readonly name = 'VerifierError';
  readonly code: 'closed' | 'broken';

  constructor(code: VerifierError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
