import { CodedError } from '../protocol/bytes/coded-error.ts';

/** What a node answers while it starts. */
export const IN_WARMUP = -28;
/** What it answers where it has no method of this name. */
export const METHOD_NOT_FOUND = -32601;

/** An answer of a node that is an error: its number and its words are Bitcoin Core's. */
export class RpcCallError extends CodedError {
  override readonly name = 'RpcCallError';
  readonly code: string;
  /** As in `-8`: what clients match on. */
  readonly number: number;
  /** What was called; undefined for a whole batch. */
  readonly method: string | undefined;

  constructor(number: number, message: string, method?: string) {
    super(message);
    this.code = `rpc${number}`;
    this.number = number;
    this.method = method;
  }
}
