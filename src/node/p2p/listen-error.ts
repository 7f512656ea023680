import { type Endpoint, endpointText } from '../../outside/network/endpoint.ts';
import type { NetworkError, NetworkErrorCode } from '../../outside/network/network-error.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';

/** A place where this node cannot take connections. The words are Bitcoin Core's. */
export class ListenError extends CodedError {
  override readonly name = 'ListenError';
  readonly code: NetworkErrorCode;

  constructor(at: Endpoint, cause: NetworkError) {
    const what = `Unable to bind to ${endpointText(at)} on this computer`;
    super(
      cause.code === 'in-use'
        ? `${what}. Blockyard is probably already running.`
        : `${what} (bind returned error ${cause.message})`,
    );
    this.code = cause.code;
    this.cause = cause;
  }
}
