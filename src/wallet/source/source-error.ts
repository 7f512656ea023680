import { CodedError } from '../../protocol/bytes/coded-error.ts';

/**
 * - `unreachable`: no node answers, or it is still starting
 * - `unauthorized`: a node answers, and the password is wrong, or there is none
 * - `other-chain`: a node answers, and it follows another chain than the wallet
 * - `bad-answer`: what a node answers is no answer, or not true
 * - `no-block`: the node does not have this block, or has it no longer
 * - `moved`: the chain has taken another branch than the one that was asked for
 */
export type SourceErrorCode =
  | 'unreachable'
  | 'unauthorized'
  | 'other-chain'
  | 'bad-answer'
  | 'no-block'
  | 'moved';

/** What a wallet cannot learn from its node. */
export class SourceError extends CodedError {
  override readonly name = 'SourceError';
  readonly code: SourceErrorCode;
  /** Of a block that is missing on the way through a stretch. */
  readonly height: number | undefined;

  constructor(
    code: SourceErrorCode,
    message: string,
    options: ErrorOptions & { readonly height?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.height = options.height;
  }

  /** Whether somebody has to do something about it; everything else may pass by itself. */
  get isHopeless(): boolean {
    return this.code === 'unauthorized' || this.code === 'other-chain';
  }
}
