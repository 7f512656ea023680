import { CodedError } from '../protocol/bytes/coded-error.ts';

/**
 * - `bad-option`, `bad-amount`, `bad-time`, `bad-address`, `bad-transaction`: an argument that cannot
 *   be meant; the message says what is allowed
 * - `stopped`: the node has been stopped
 * - `refused`: the chain or the mempool would not have it; the message ends with the reason
 * - `out-of-money`: the chain does not create as much as the faucet was asked for
 * - `unknown-snapshot`: there is none of that id, or it belongs to a time that was reverted
 * - `not-connected`: the other node is not a peer
 * - `timeout`: nodes did not come to an agreement
 */
export type NodeErrorCode =
  | 'bad-option'
  | 'bad-amount'
  | 'bad-time'
  | 'bad-address'
  | 'bad-transaction'
  | 'stopped'
  | 'refused'
  | 'out-of-money'
  | 'unknown-snapshot'
  | 'not-connected'
  | 'timeout';

/**
 * What went wrong with a call of an embedded node: which value, and what is allowed.
 *
 * @example
 * try {
 *   await node.faucet(address, '1.123456789');
 * } catch (error) {
 *   if (error instanceof NodeError) error.code // 'bad-amount'
 * }
 */
export class NodeError extends CodedError {
  override readonly name = 'NodeError';
  readonly code: NodeErrorCode;

  constructor(code: NodeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function stopped(): NodeError {
  return new NodeError('stopped', 'the node has been stopped; start another one');
}
