/** A header and its hash, one behind the other, as the tree of headers keeps them. */
import { HEADER_SIZE } from '../../protocol/primitives/block-header.ts';

export const HASH_SIZE = 32;
export const HEADER_RECORD_SIZE: number = HEADER_SIZE + HASH_SIZE;

/** Where fields are in a header. */
export const VERSION_AT = 0;
export const PREVIOUS_HASH_AT = 4;
export const TIME_AT = 68;
export const BITS_AT = 72;

/** The four bytes at a place, as a signed number in little-endian order. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
