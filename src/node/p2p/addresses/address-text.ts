/** Addresses as people write them: IPv4, IPv6 (RFC 5952), Tor, I2P. */

import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { concatBytes } from '../../../protocol/bytes/concat.ts';
import { sha3 } from '../../../protocol/crypto/sha3.ts';
import { fromBase32, toBase32 } from './base32.ts';
import { NETWORKS, type NetAddress, type NetEndpoint } from './net-address.ts';

const ONION_VERSION = 3;
const ONION_CHECKSUM = new TextEncoder().encode('.onion checksum');
const KEY_LENGTH = 32;
const ONION = /^([a-z2-7]{56})\.onion$/;
const I2P = /^([a-z2-7]{52})\.b32\.i2p$/;
/** What IPv4 addresses look like among those of IPv6: `::ffff:1.2.3.4`. */
const MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

/**
 * The address that a text stands for; undefined if it is none. Names of hosts are none.
 *
 * An IPv6 address that begins with `fc` may be one of CJDNS. Who is in that network says so by `cjdns`.
 *
 * @example
 * parseAddress('8.8.8.8') // { network: 1, address: [8, 8, 8, 8] }
 */
export function parseAddress(text: string, { cjdns = false } = {}): NetAddress | undefined {
  const name = text.toLowerCase();
  if (name.endsWith('.onion')) return parseOnion(name);
  if (name.endsWith('.i2p')) return parseI2p(name);
  if (!name.includes(':')) {
    const address = parseIPv4(name);
    return address && { network: NETWORKS.ipv4, address };
  }
  const address = parseIPv6(name);
  if (address === undefined) return undefined;
  if (isMapped(address)) return { network: NETWORKS.ipv4, address: address.slice(12) };
  const isCjdns = cjdns && address[0] === 0xfc;
  return { network: isCjdns ? NETWORKS.cjdns : NETWORKS.ipv6, address };
}

/**
 * @example
 * addressText({ network: 2, address }) // '2001:db8::1'
 */
export function addressText({ network, address }: NetAddress): string {
  if (network === NETWORKS.ipv4) return address.join('.');
  if (network === NETWORKS.onion) {
    const version = Uint8Array.of(ONION_VERSION);
    return `${toBase32(concatBytes(address, onionChecksum(address), version))}.onion`;
  }
  if (network === NETWORKS.i2p) return `${toBase32(address)}.b32.i2p`;
  return ipv6Text(address);
}

/** An endpoint of the network door with its address in bytes; undefined if the host is a name. */
export function parseEndpoint(at: {
  readonly host: string;
  readonly port: number;
}): NetEndpoint | undefined {
  const address = parseAddress(at.host);
  return address && { ...address, port: at.port };
}

/** An address in the 16 bytes that `version` and `addr` have for it; undefined where it has no such form. */
export function legacyBytes({ network, address }: NetAddress): Uint8Array | undefined {
  if (network === NETWORKS.ipv4) return concatBytes(MAPPED, address);
  return network === NETWORKS.ipv6 ? address : undefined;
}

/** The other way round. */
export function fromLegacyBytes(bytes: Uint8Array): NetAddress {
  return isMapped(bytes)
    ? { network: NETWORKS.ipv4, address: bytes.slice(12) }
    : { network: NETWORKS.ipv6, address: bytes };
}

function isMapped(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, MAPPED.length), MAPPED);
}

/** Tor, rend-spec-v3: key, checksum, version. */
function parseOnion(name: string): NetAddress | undefined {
  const digits = ONION.exec(name)?.[1];
  const bytes = digits === undefined ? undefined : fromBase32(digits);
  if (bytes === undefined || bytes.at(-1) !== ONION_VERSION) return undefined;
  const address = bytes.slice(0, KEY_LENGTH);
  const isSound = equalBytes(bytes.subarray(KEY_LENGTH, KEY_LENGTH + 2), onionChecksum(address));
  return isSound ? { network: NETWORKS.onion, address } : undefined;
}

function onionChecksum(key: Uint8Array): Uint8Array {
  return sha3(concatBytes(ONION_CHECKSUM, key, Uint8Array.of(ONION_VERSION))).subarray(0, 2);
}

function parseI2p(name: string): NetAddress | undefined {
  const digits = I2P.exec(name)?.[1];
  const address = digits === undefined ? undefined : fromBase32(digits);
  return address && { network: NETWORKS.i2p, address };
}

/** Four decimal numbers. Older readers took `010` for 8 and `1.2` for 1.0.0.2: neither is allowed. */
function parseIPv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  const isSound = (part: string): boolean => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256;
  return parts.length === 4 && parts.every(isSound) ? Uint8Array.from(parts, Number) : undefined;
}

/** Groups of four hex digits, the last two perhaps as IPv4, and `::` once for what is zero. */
function parseIPv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => readGroups(half, i === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const length = head.length + (tail?.length ?? 0);
  // `::` stands for one group at least.
  if (tail === undefined ? length !== 16 : length > 14) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(head);
  bytes.set(tail ?? [], 16 - (tail?.length ?? 0));
  return bytes;
}

function readGroups(text: string, mayEndInIPv4: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const ipv4 = mayEndInIPv4 && i === groups.length - 1 ? parseIPv4(group) : undefined;
    if (ipv4 === undefined) return undefined;
    bytes.push(...ipv4);
  }
  return bytes;
}

/** RFC 5952: no leading zeros, and `::` for the longest row of zeros, the first where two are as long. */
function ipv6Text(address: Uint8Array): string {
  if (isMapped(address)) return `::ffff:${address.subarray(12).join('.')}`;
  const groups = Array.from(
    { length: 8 },
    (_, i) => ((address[2 * i] as number) << 8) | (address[2 * i + 1] as number),
  );
  const { start, length } = longestZeros(groups);
  const hex = (part: readonly number[]): string =>
    part.map((group) => group.toString(16)).join(':');
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [i, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: i - length + 1, length };
  }
  return best;
}
