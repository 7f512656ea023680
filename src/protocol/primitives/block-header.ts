import { type Codec, decode, encode, fixedBytes, i32, struct, u32 } from '../bytes/codec.ts';
import type { BlockHash } from './hashes.ts';

/** The 80 bytes that are mined, and that make blocks a chain. */
export interface BlockHeader {
  /** Signed; BIP9 reads it as a set of bits. */
  readonly version: number;
  readonly previousBlockHash: BlockHash;
  readonly merkleRoot: Uint8Array;
  /** Seconds since 1970, unsigned: good until the year 2106. */
  readonly time: number;
  /** The target in its compact form. */
  readonly bits: number;
  readonly nonce: number;
}

export const HEADER_SIZE = 80;

export const blockHeaderCodec: Codec<BlockHeader> = struct({
  version: i32,
  previousBlockHash: fixedBytes<BlockHash>(32),
  merkleRoot: fixedBytes(32),
  time: u32,
  bits: u32,
  nonce: u32,
});

/**
 * Reads a header from its 80 bytes.
 *
 * @example
 * decodeBlockHeader(bytes.subarray(0, 80)).time // 1231006505
 */
export function decodeBlockHeader(bytes: Uint8Array): BlockHeader {
  return decode(blockHeaderCodec, bytes);
}

/**
 * The 80 bytes of a header.
 *
 * @example
 * sha256d(encodeBlockHeader(header)) // its blockHash
 */
export function encodeBlockHeader(header: BlockHeader): Uint8Array {
  return encode(blockHeaderCodec, header, HEADER_SIZE);
}
