import { compareBytes } from '../../../protocol/bytes/compare.ts';
import { addressText, parseAddress } from './address-text.ts';
import { addressKey, hasPrefix, NETWORKS, type NetAddress } from './net-address.ts';

/** All addresses that begin with the same bits. */
export interface Subnet extends NetAddress {
  /** How many bits count. The others are zero. */
  readonly bits: number;
}

/**
 * The range that a text stands for: an address, `10.0.0.0/8`, or `10.0.0.0/255.0.0.0`. Undefined for what
 * is none. Tor and I2P have single addresses only.
 *
 * @example
 * parseSubnet('10.1.2.3/8') // 10.0.0.0/8
 */
export function parseSubnet(text: string): Subnet | undefined {
  const [host = '', suffix, ...rest] = text.split('/');
  const at = parseAddress(host);
  if (at === undefined || rest.length > 0) return undefined;
  if (suffix === undefined) return subnetOf(at);
  if (at.network !== NETWORKS.ipv4 && at.network !== NETWORKS.ipv6) return undefined;
  const bits = /^\d{1,3}$/.test(suffix) ? Number(suffix) : maskBits(suffix, at.network);
  if (bits === undefined || bits > at.address.length * 8) return undefined;
  return { network: at.network, address: masked(at.address, bits), bits };
}

/** A single address. */
export function subnetOf({ network, address }: NetAddress): Subnet {
  return { network, address, bits: address.length * 8 };
}

/** As Core writes it in `banlist.json` and `listbanned`: `10.0.0.0/8`; Tor and I2P without a length. */
export function subnetText(subnet: Subnet): string {
  const isIp = subnet.network === NETWORKS.ipv4 || subnet.network === NETWORKS.ipv6;
  return isIp ? `${addressText(subnet)}/${subnet.bits}` : addressText(subnet);
}

export function isInSubnet({ network, address }: NetAddress, subnet: Subnet): boolean {
  return network === subnet.network && hasPrefix(address, subnet.address, subnet.bits);
}

/** The same for two ranges that are equal: for maps. */
export function subnetKey(subnet: Subnet): string {
  return `${addressKey(subnet)}/${subnet.bits}`;
}

/** By network, address, and length: the order of Core's list of bans. */
export function compareSubnets(a: Subnet, b: Subnet): number {
  return a.network - b.network || compareBytes(a.address, b.address) || a.bits - b.bits;
}

function masked(address: Uint8Array, bits: number): Uint8Array {
  return address.map((byte, i) => byte & (0xff00 >> Math.max(0, Math.min(8, bits - 8 * i))));
}

/** `255.255.0.0` is 16. Ones behind zeros mean nothing. */
function maskBits(text: string, network: number): number | undefined {
  const mask = parseAddress(text);
  if (mask === undefined || mask.network !== network) return undefined;
  const digits = [...mask.address].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(digits) ? digits.lastIndexOf('1') + 1 : undefined;
}
