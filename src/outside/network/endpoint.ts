/** Where a program can be reached: an address and a port. */
export interface Endpoint {
  /** An address as text (`10.0.0.1`, `fe80::1`); where a name is allowed too, it says so. */
  readonly host: string;
  readonly port: number;
}

/**
 * An endpoint as people write it.
 *
 * @example
 * endpointText({ host: '::1', port: 8333 }) // '[::1]:8333'
 */
export function endpointText({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
