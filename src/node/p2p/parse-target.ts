import type { Endpoint } from '../../outside/network/endpoint.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { parseAddress } from './addresses/address-text.ts';

/** Text that names no host. */
export class TargetError extends CodedError {
  override readonly name = 'TargetError';
  readonly code = 'bad-target';
}

/**
 * Where to connect to, as people write it: a name or an address, and a port if it is not the usual one.
 *
 * @throws TargetError
 * @example
 * parseTarget('10.0.0.2', 8333) // { host: '10.0.0.2', port: 8333 }
 * parseTarget('[::1]:18444', 8333) // { host: '::1', port: 18444 }
 */
export function parseTarget(text: string, defaultPort: number): Endpoint {
  const found = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text.trim());
  // An IPv6 address without brackets has no port.
  const host =
    found?.[1] ?? found?.[2] ?? (parseAddress(text.trim()) === undefined ? undefined : text.trim());
  const port = found?.[3] === undefined ? defaultPort : Number(found[3]);
  if (host === undefined || /\s/.test(host) || port < 1 || port > 65535) {
    throw new TargetError(
      `${JSON.stringify(text)} is no peer; write HOST, HOST:PORT or [IPV6]:PORT`,
    );
  }
  return { host, port };
}
