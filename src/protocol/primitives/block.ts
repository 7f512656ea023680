import { type Codec, decode, encode, struct, vector } from '../bytes/codec.ts';
import { compactSizeLength } from '../bytes/compact-size.ts';
import { type BlockHeader, blockHeaderCodec, HEADER_SIZE } from './block-header.ts';
import { strippedTxSize, type Transaction, txCodec, txSize } from './transaction.ts';

export interface Block {
  readonly header: BlockHeader;
  readonly transactions: readonly Transaction[];
}

export const blockCodec: Codec<Block> = struct({
  header: blockHeaderCodec,
  transactions: vector(txCodec),
});

/**
 * Reads a block from its bytes, all of them.
 *
 * @example
 * decodeBlock(bytes).transactions.length
 */
export function decodeBlock(bytes: Uint8Array): Block {
  return decode(blockCodec, bytes);
}

/**
 * The bytes of a block, witnesses included.
 *
 * @example
 * encodeBlock(decodeBlock(bytes)) // bytes
 */
export function encodeBlock(block: Block): Uint8Array {
  return encode(blockCodec, block, blockSize(block));
}

/** The size of a block in bytes, without witnesses. */
export function strippedBlockSize(block: Block): number {
  let size = HEADER_SIZE + compactSizeLength(block.transactions.length);
  for (const tx of block.transactions) size += strippedTxSize(tx);
  return size;
}

/** The size of a block in bytes, witnesses included. */
export function blockSize(block: Block): number {
  let size = HEADER_SIZE + compactSizeLength(block.transactions.length);
  for (const tx of block.transactions) size += txSize(tx);
  return size;
}

/** BIP141: a byte of a witness weighs one, any other byte four. */
export function blockWeight(block: Block): number {
  return 3 * strippedBlockSize(block) + blockSize(block);
}
