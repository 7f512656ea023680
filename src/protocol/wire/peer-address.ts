/** The address of a node as nodes tell it each other, in whatever network it is (BIP155). */

/** The numbers of networks. 3 was Tor's second version, which is gone. */
export const NETWORK_IPV4 = 1;
export const NETWORK_IPV6 = 2;
export const NETWORK_TOR_V3 = 4;
export const NETWORK_I2P = 5;
export const NETWORK_CJDNS = 6;

export interface PeerAddress {
  /** When it was last seen, in Unix seconds. */
  readonly time: number;
  readonly services: bigint;
  /** The network's number. What has one that is not known here is passed over. */
  readonly network: number;
  /** So long as the network's are: 4, 16, 32, 32 and 16 bytes. */
  readonly address: Uint8Array;
  readonly port: number;
}

const NETWORKS: ReadonlyMap<number, { readonly name: string; readonly length: number }> = new Map([
  [NETWORK_IPV4, { name: 'IPv4', length: 4 }],
  [NETWORK_IPV6, { name: 'IPv6', length: 16 }],
  [NETWORK_TOR_V3, { name: 'TORv3', length: 32 }],
  [NETWORK_I2P, { name: 'I2P', length: 32 }],
  [NETWORK_CJDNS, { name: 'CJDNS', length: 16 }],
]);

/** A network's name, and how many bytes its addresses have; undefined for one that is not known. */
export function networkOf(
  number: number,
): { readonly name: string; readonly length: number } | undefined {
  return NETWORKS.get(number);
}
