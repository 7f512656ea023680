import { type Codec, decode, encode, fixedBytes } from '../bytes/codec.ts';
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

const hash = fixedBytes(32);

/** Field by field, and not by a table: a chain has a million of them, and each is read many times. */
export const blockHeaderCodec: Codec<BlockHeader> = {
  minSize: HEADER_SIZE,
  read: (reader) => ({
    version: reader.i32(),
    previousBlockHash: hash.read(reader) as BlockHash,
    merkleRoot: hash.read(reader),
    time: reader.u32(),
    bits: reader.u32(),
    nonce: reader.u32(),
  }),
  write(writer, header) {
    writer.i32(header.version);
    hash.write(writer, header.previousBlockHash);
    hash.write(writer, header.merkleRoot);
    writer.u32(header.time);
    writer.u32(header.bits);
    writer.u32(header.nonce);
  },
};

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
