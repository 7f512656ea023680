import { Writer } from '../bytes/writer.ts';
import { sha256d } from '../crypto/hash.ts';
import type { Block } from './block.ts';
import { type BlockHeader, blockHeaderCodec, HEADER_SIZE } from './block-header.ts';
import type { BlockHash } from './hashes.ts';

const hashes = new WeakMap<BlockHeader, BlockHash>();
/** One for all: to set up an array of this size takes as long as to hash it. */
const headerBytes = new Writer(HEADER_SIZE);

/**
 * The hash of a header, in wire order: the name of its block, and its proof of work. Computed once
 * and remembered beside the header, which never changes.
 *
 * @example
 * toReversedHex(blockHash(genesis)) // '000000000019d668…'
 */
export function blockHash(block: BlockHeader | Block): BlockHash {
  const header = 'header' in block ? block.header : block;
  let hash = hashes.get(header);
  if (hash === undefined) {
    blockHeaderCodec.write(headerBytes.clear(), header);
    hash = sha256d(headerBytes.finish()) as BlockHash;
    hashes.set(header, hash);
  }
  return hash;
}

/** Remembers the hash of a header that has been computed from its bytes, before the header was read. */
export function rememberBlockHash(header: BlockHeader, hash: BlockHash): void {
  hashes.set(header, hash);
}
