import { type Endpoint, endpointText } from '../outside/network/endpoint.ts';
import { CodedError } from '../protocol/bytes/coded-error.ts';

export type RpcConnectErrorCode =
  /** Nobody is there, or whoever is there broke off. */
  | 'unreachable'
  /** The answer took too long. */
  | 'timeout'
  /** The caller called it off. */
  | 'aborted'
  /** There is no password, and no cookie either. */
  | 'no-credentials'
  /** The password is wrong. */
  | 'unauthorized'
  /** The node has too much to do. */
  | 'busy'
  /** Another status of HTTP that is none of JSON-RPC. */
  | 'http-status'
  | 'empty-answer'
  | 'bad-answer';

interface Details {
  readonly endpoint: Endpoint;
  /** What HTTP answered, if it did. */
  readonly status?: number | undefined;
  readonly cause?: unknown;
}

/** A call to which there is no answer of a node: what was tried with whom, why it failed, what helps. */
export class RpcConnectError extends CodedError {
  override readonly name = 'RpcConnectError';
  readonly code: RpcConnectErrorCode;
  readonly endpoint: Endpoint;
  /** The status of HTTP, if there was one. */
  readonly status: number | undefined;
  /** What went wrong, and nothing else. */
  readonly reason: string;

  constructor(code: RpcConnectErrorCode, reason: string, { endpoint, status, cause }: Details) {
    super(`no answer from the node at ${endpointText(endpoint)}: ${reason}`, { cause });
    this.code = code;
    this.endpoint = endpoint;
    this.status = status;
    this.reason = reason;
  }
}
