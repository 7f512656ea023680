import { CodedError } from '../protocol/bytes/coded-error.ts';

/** What can keep a well-formed command from doing its work. */
export type CommandErrorCode =
  | 'no-input'
  | 'input-too-large'
  | 'unreadable'
  | 'undecodable'
  | 'exists'
  | 'bad-key'
  | 'no-wallet'
  | 'in-use'
  | 'mistyped'
  | 'bad-recipient'
  | 'not-sent'
  | 'no-payment'
  | 'wrong-chain'
  | 'stopped';

/** A command that was understood and could not do its work. The exit code is 1. */
export class CommandError extends CodedError {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
