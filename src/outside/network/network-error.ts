import { CodedError } from '../../protocol/bytes/coded-error.ts';

/** What can go wrong on a network, and what a person can do about it. */
const REASONS = {
  refused: 'connection refused; nothing is listening there',
  timeout: 'no answer in time',
  unreachable: 'there is no way to it',
  reset: 'the other side broke the connection off',
  overflow: 'the other side reads too slowly',
  'not-found': 'there is no host of this name',
  'in-use': 'the port is in use; choose another one, or stop the program that uses it',
  unavailable: 'this machine does not have that address',
  denied: 'permission denied; ports below 1024 often need an administrator',
  'too-many-open': 'too many connections and files are open; raise the limit (ulimit -n)',
  aborted: 'it was called off',
  failed: 'the network failed',
} as const;

export type NetworkErrorCode = keyof typeof REASONS;

/** What the network refused, in one line: what was tried with whom, and why it failed. */
export class NetworkError extends CodedError {
  override readonly name = 'NetworkError';
  readonly code: NetworkErrorCode;
  /** Why it failed, and nothing else. */
  readonly reason: string;

  /** `action` has its object in it, as in "cannot *connect to 10.0.0.1:8333*". */
  constructor(code: NetworkErrorCode, action: string, reason: string = REASONS[code]) {
    super(`cannot ${action}: ${reason}`);
    this.code = code;
    this.reason = reason;
  }
}
