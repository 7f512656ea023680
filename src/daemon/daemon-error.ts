import { CodedError } from '../protocol/bytes/coded-error.ts';

export type DaemonErrorCode =
  /** Another node uses the data folder. */
  | 'locked'
  /** Nobody can reach it: a port is taken, or an address is not of this machine. */
  | 'cannot-listen'
  /** JSON-RPC cannot be served. */
  | 'no-rpc'
  | 'bad-option'
  /** There is a wallet that shall be opened, and cannot be. */
  | 'bad-wallet'
  | 'unwritable'
  /** It had started, and cannot go on. */
  | 'failed';

/**
 * What keeps a daemon from starting, or from going on. The message is what Bitcoin Core prints behind
 * `Error: `; where it prints several lines, there are several here.
 */
export class DaemonError extends CodedError {
  override readonly name = 'DaemonError';
  readonly code: DaemonErrorCode;

  constructor(code: DaemonErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
