import {
  hasPrefix,
  INTERNAL_NETWORK,
  isRoutable,
  linkedIPv4,
  NETWORKS,
  type NetAddress,
} from './net-address.ts';

/** The classes of addresses, by Core's numbers, which open every group. */
const UNROUTABLE = 0;
const IPV4 = 1;
const INTERNAL = 6;
const CLASSES: Readonly<Record<number, number>> = { 1: 1, 2: 2, 4: 3, 5: 4, 6: 5 };

/** How many bits of an address are its group. */
const GROUP_BITS = { onion: 4, cjdns: 12, ipv6: 32, hurricane: 36 } as const;

/** Hurricane Electric gives everyone who asks a network of his own here: RFC 4291's /32 is too wide. */
const HURRICANE = [0x20, 0x01, 0x04, 0x70];

/**
 * The network that an address is in: addresses of one group are likely to belong to one owner, so a
 * node does not trust a group with more than its share.
 *
 * IPv4 counts by its /16, and so does what tunnels to it; IPv6 by its /32. Tor, I2P and CJDNS addresses
 * are hashes: anybody has as many as he likes, and all of each network are in 16 groups.
 *
 * @example
 * netGroup({ network: 1, address: Uint8Array.of(8, 7, 6, 5) }) // [1, 8, 7]
 */
export function netGroup(at: NetAddress): Uint8Array {
  if (at.network === INTERNAL_NETWORK) return Uint8Array.of(INTERNAL, ...at.address);
  if (!isRoutable(at)) return Uint8Array.of(UNROUTABLE);
  const ipv4 = linkedIPv4(at);
  if (ipv4 !== undefined) return Uint8Array.of(IPV4, ipv4[0] as number, ipv4[1] as number);
  return Uint8Array.of(CLASSES[at.network] ?? UNROUTABLE, ...leading(at.address, groupBits(at)));
}

function groupBits({ network, address }: NetAddress): number {
  if (network === NETWORKS.onion || network === NETWORKS.i2p) return GROUP_BITS.onion;
  // The first byte of every CJDNS address is the same.
  if (network === NETWORKS.cjdns) return GROUP_BITS.cjdns;
  return hasPrefix(address, HURRICANE, 32) ? GROUP_BITS.hurricane : GROUP_BITS.ipv6;
}

/** The first bits of an address, those behind them up to a whole byte set. */
function leading(address: Uint8Array, bits: number): Uint8Array {
  const bytes = address.slice(0, Math.ceil(bits / 8));
  const spare = bytes.length * 8 - bits;
  if (spare > 0) bytes[bytes.length - 1] = (bytes.at(-1) as number) | ((1 << spare) - 1);
  return bytes;
}
