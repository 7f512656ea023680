import { CodedError } from '../../protocol/bytes/coded-error.ts';

export type OptionErrorCode =
  /** No option of this name, or one that does not belong there. */
  | 'unknown-option'
  | 'bad-command-line'
  | 'bad-config-file'
  | 'bad-settings-file'
  | 'no-such-folder'
  /** No chain of this name, or several at once. */
  | 'bad-chain'
  | 'bad-value'
  /** Options that contradict each other. */
  | 'bad-combination';

/**
 * Options that a node cannot be started with. `message` has Bitcoin Core's words, without the `Error: `
 * that it prints before them.
 */
export class OptionError extends CodedError {
  override readonly name = 'OptionError';
  readonly code: OptionErrorCode;

  constructor(code: OptionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
