/**
 * What kind of place an address is. The bytes of an address are as BIP155 has them: 4 for IPv4, 16 for
 * IPv6 and CJDNS, 32 for Tor and I2P.
 */
import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { sha256 } from '../../../protocol/crypto/hash.ts';
import {
  NETWORK_CJDNS,
  NETWORK_I2P,
  NETWORK_IPV4,
  NETWORK_IPV6,
  NETWORK_TOR_V3,
  networkOf,
} from '../../../protocol/wire/peer-address.ts';

/** The networks by their number in BIP155. */
export const NETWORKS = {
  ipv4: NETWORK_IPV4,
  ipv6: NETWORK_IPV6,
  onion: NETWORK_TOR_V3,
  i2p: NETWORK_I2P,
  cjdns: NETWORK_CJDNS,
} as const;

export type NetworkName = keyof typeof NETWORKS;

/** An address without its port. */
export interface NetAddress {
  /** A number of {@link NETWORKS}. */
  readonly network: number;
  readonly address: Uint8Array;
}

/** Where a node can be reached: a part of every `PeerAddress`. */
export interface NetEndpoint extends NetAddress {
  readonly port: number;
}

/** No network: what stands for a source that has no address, such as a seed. */
export const INTERNAL_NETWORK = 0;

/**
 * A source that is known by its name alone. Each is a group of its own.
 *
 * @example
 * book.add(addresses, namedSource('seed.example.org'));
 */
export function namedSource(name: string): NetAddress {
  const address = sha256(new TextEncoder().encode(name)).slice(0, 10);
  return { network: INTERNAL_NETWORK, address };
}

/** Whether the network is one that this code knows, and the address as long as its addresses are. */
export function isKnownNetwork({ network, address }: NetAddress): boolean {
  return networkOf(network)?.length === address.length;
}

/** @example networkName({ network: 4, address }) // 'onion' */
export function networkName({ network }: NetAddress): NetworkName | undefined {
  return (Object.keys(NETWORKS) as NetworkName[]).find((name) => NETWORKS[name] === network);
}

export function equalAddresses(a: NetAddress, b: NetAddress): boolean {
  return a.network === b.network && equalBytes(a.address, b.address);
}

/** The same for two addresses that are equal: for maps. */
export function addressKey({ network, address }: NetAddress): string {
  return `${network}.${toHex(address)}`;
}

/** The same for two endpoints that are equal. */
export function endpointKey(endpoint: NetEndpoint): string {
  return `${addressKey(endpoint)}.${endpoint.port}`;
}

/** A range of addresses, and how many bits of it count. */
interface Range {
  readonly prefix: readonly number[];
  readonly bits: number;
}

const range = (bits: number, ...prefix: readonly number[]): Range => ({ prefix, bits });

const IPV4 = {
  /** RFC 1918: for whoever likes, behind a router. */
  home: [range(8, 10), range(16, 192, 168), range(12, 172, 16)],
  /** RFC 6598: between a provider and its customers. */
  carrier: [range(10, 100, 64)],
  /** RFC 3927: where nobody assigns one. */
  link: [range(16, 169, 254)],
  /** RFC 2544: benchmarks; RFC 5737: examples in books. */
  examples: [
    range(15, 198, 18),
    range(24, 192, 0, 2),
    range(24, 198, 51, 100),
    range(24, 203, 0, 113),
  ],
  local: [range(8, 127), range(8, 0)],
};

const IPV6 = {
  /** RFC 4193: for whoever likes; CJDNS has a part of them. */
  home: [range(7, 0xfc)],
  /** RFC 4862. */
  link: [range(64, 0xfe, 0x80, 0, 0, 0, 0, 0, 0)],
  /** RFC 3849: examples in books. */
  documentation: [range(32, 0x20, 0x01, 0x0d, 0xb8)],
  /** RFC 4843 and RFC 7343: hashes of keys that look like addresses. */
  orchid: [range(28, 0x20, 0x01, 0x00, 0x10), range(28, 0x20, 0x01, 0x00, 0x20)],
  loopback: [range(128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)],
  unspecified: [range(128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
  /** Tunnels, which have an IPv4 address in them: RFC 6145, 6052, 3964 (6to4), and 4380 (Teredo). */
  translated: [range(96, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0)],
  nat64: [range(96, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)],
  sixToFour: [range(16, 0x20, 0x02)],
  teredo: [range(32, 0x20, 0x01, 0, 0)],
};

function isIn(address: Uint8Array, ranges: readonly Range[]): boolean {
  return ranges.some(({ prefix, bits }) => hasPrefix(address, prefix, bits));
}

/** Whether the first bits of two addresses are the same. */
export function hasPrefix(address: Uint8Array, prefix: ArrayLike<number>, bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== prefix[i]) return false;
  const rest = bits & 7;
  if (rest === 0) return true;
  return ((address[whole] as number) ^ (prefix[whole] as number)) >> (8 - rest) === 0;
}

/** Whether it means this machine itself. */
export function isLocal({ network, address }: NetAddress): boolean {
  if (network === NETWORKS.ipv4) return isIn(address, IPV4.local);
  return network === NETWORKS.ipv6 && isIn(address, IPV6.loopback);
}

/** Whether it can be the address of anything. */
export function isValid(at: NetAddress): boolean {
  if (!isKnownNetwork(at)) return false;
  const { network, address } = at;
  if (network === NETWORKS.ipv4) {
    return !(address.every((byte) => byte === 0) || address.every((byte) => byte === 255));
  }
  if (network === NETWORKS.ipv6) {
    return !isIn(address, IPV6.unspecified) && !isIn(address, IPV6.documentation);
  }
  // CJDNS hands out nothing else.
  return network !== NETWORKS.cjdns || address[0] === 0xfc;
}

/**
 * Whether it is an address of somebody's own network, of a room, a house or a laboratory: of no use to
 * others, and of use to those who are in it.
 */
export function isPrivate({ network, address }: NetAddress): boolean {
  if (network === NETWORKS.ipv4) {
    const ranges = [IPV4.home, IPV4.carrier, IPV4.link, IPV4.examples];
    return ranges.some((range) => isIn(address, range));
  }
  // Link addresses of IPv6 need the name of an interface beside them, which no message carries.
  return network === NETWORKS.ipv6 && isIn(address, IPV6.home);
}

/** Whether it can be reached from everywhere: Core's `IsRoutable`. Others are not worth telling. */
export function isRoutable(at: NetAddress): boolean {
  if (!isValid(at) || isLocal(at) || isPrivate(at)) return false;
  const { network, address } = at;
  if (network === NETWORKS.ipv6) return !isIn(address, IPV6.link) && !isIn(address, IPV6.orchid);
  return true;
}

/** The IPv4 address that it is, or that a tunnel leads to. */
export function linkedIPv4({ network, address }: NetAddress): Uint8Array | undefined {
  if (network === NETWORKS.ipv4) return address;
  if (network !== NETWORKS.ipv6) return undefined;
  if (isIn(address, IPV6.translated) || isIn(address, IPV6.nat64)) return address.subarray(12);
  if (isIn(address, IPV6.sixToFour)) return address.subarray(2, 6);
  if (isIn(address, IPV6.teredo)) return address.slice(12).map((byte) => ~byte);
  return undefined;
}
