import { type Codec, fixedBytes, struct, u16be, u64 } from '../bytes/codec.ts';

/** Where a node is and what it offers, in the form that `version` and `addr` have. */
export interface NetAddress {
  readonly services: bigint;
  /** An IPv6 address of 16 bytes, or an IPv4 address in the form of one. */
  readonly address: Uint8Array;
  readonly port: number;
}

export const netAddressCodec: Codec<NetAddress> = struct({
  services: u64,
  address: fixedBytes(16),
  port: u16be,
});

/** No address at all: what Bitcoin Core says of itself. */
export const NO_ADDRESS: NetAddress = { services: 0n, address: new Uint8Array(16), port: 0 };

/** What stands before the four bytes of an IPv4 address in the form of an IPv6 one: `::ffff:0:0`. */
const MAPPED_PREFIX: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/**
 * An IPv4 address in the form of an IPv6 one.
 *
 * @example
 * mapIpv4(Uint8Array.of(10, 0, 0, 2)) // ::ffff:10.0.0.2
 */
export function mapIpv4(address: Uint8Array): Uint8Array {
  const mapped = new Uint8Array(16);
  mapped.set(MAPPED_PREFIX);
  mapped.set(address, MAPPED_PREFIX.length);
  return mapped;
}

/** The IPv4 address that stands in an IPv6 one; undefined if none does. */
export function mappedIpv4(address: Uint8Array): Uint8Array | undefined {
  const isMapped = MAPPED_PREFIX.every((byte, i) => address[i] === byte);
  return isMapped ? address.slice(MAPPED_PREFIX.length) : undefined;
}
