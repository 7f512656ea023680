import type { Endpoint } from '../outside/network/endpoint.ts';
import { CodedError } from '../protocol/bytes/coded-error.ts';

/** An address of a node that is none. */
export class RpcUrlError extends CodedError {
  override readonly name = 'RpcUrlError';
  readonly code = 'bad-rpc-url';
}

/** What the address of a node's JSON-RPC says. */
export interface RpcUrl {
  readonly endpoint: Endpoint;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** The wallet that is called, from the path `/wallet/NAME`. */
  readonly wallet: string | undefined;
}

/** A scheme, then perhaps who calls, the host, perhaps a port, and a path. IPv6 stands in brackets. */
const FORM =
  /^(?:(\w+):\/\/)?(?:([^@/:]*)(?::([^@/]*))?@)?(\[[0-9a-f:.]+(?:%\w+)?\]|[^@/:[\]\s]+)(?::(\d{1,5}))?(\/.*)?$/i;
const WALLET = '/wallet/';
const LARGEST_PORT = 65_535;

/**
 * Reads the address of a node's JSON-RPC. What it leaves out is as in `defaultPort`.
 *
 * @example
 * parseRpcUrl('http://alice:secret@localhost:18443/wallet/mine', 8332)
 * // { endpoint: { host: 'localhost', port: 18443 }, user: 'alice', password: 'secret', wallet: 'mine' }
 * @throws RpcUrlError
 */
export function parseRpcUrl(url: string, defaultPort: number): RpcUrl {
  const found = FORM.exec(url.trim());
  if (found === null) {
    throw new RpcUrlError(`${shown(url)} is no address of a node; allowed: ${FORM_WORDS}`);
  }
  const [, scheme = 'http', user, password, bracketed = '', portText, path = '/'] = found;
  if (scheme.toLowerCase() !== 'http') {
    throw new RpcUrlError(`${scheme}:// is not spoken by nodes; allowed: ${FORM_WORDS}`);
  }
  const port = portText === undefined ? defaultPort : Number(portText);
  if (port < 1 || port > LARGEST_PORT) {
    throw new RpcUrlError(`there is no port ${port}; allowed are 1 to ${LARGEST_PORT}`);
  }
  if (path !== '/' && !path.startsWith(WALLET)) {
    throw new RpcUrlError(`a node does not answer at ${shown(path)}; allowed: ${FORM_WORDS}`);
  }
  return {
    endpoint: { host: bracketed.replace(/^\[|\]$/g, ''), port },
    user: decoded(user),
    password: decoded(password),
    wallet: path === '/' ? undefined : decoded(path.slice(WALLET.length)),
  };
}

const FORM_WORDS = 'http://[USER:PASSWORD@]HOST[:PORT][/wallet/NAME]';

/** Passwords with an `@` or a `/` are written with percent signs. */
function decoded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** A password is not repeated. */
function shown(url: string): string {
  return JSON.stringify(url.replace(/:[^:@/]*@/, ':…@'));
}
