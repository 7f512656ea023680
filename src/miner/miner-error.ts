import { CodedError } from '../protocol/bytes/coded-error.ts';

export type MinerErrorCode =
  /** The node's answer is no template. */
  | 'bad-template'
  /** The template asks for something that this miner does not do. */
  | 'unsupported-template'
  /** Blocks of this chain are signed by whoever runs it. */
  | 'signed-chain'
  /** The rewards cannot go to this address. */
  | 'bad-address'
  /** More than the coinbase has room for. */
  | 'coinbase-too-long';

/** What makes mining impossible, and will not pass by itself. */
export class MinerError extends CodedError {
  override readonly name = 'MinerError';
  readonly code: MinerErrorCode;

  constructor(code: MinerErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
