/** The block index on the disk: all that is known of blocks, so that nothing is asked for twice. */
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { type KeyValueStore, prefixRange } from '../storage/key-value-store.ts';
import { REINDEX, StorageError } from '../storage/storage-error.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import type { BlockNode } from './block-node.ts';
import {
  BLOCK_KEYS,
  type BlockRecord,
  blockKey,
  decodeBlockRecord,
  encodeBlockRecord,
  readBlockKey,
} from './block-record.ts';
import type { BlockTree } from './block-tree.ts';
import { HASH_SIZE, PREVIOUS_HASH_AT } from './header-record.ts';
import type { WorkSlices } from './work-slices.ts';

const BLOCKS_BETWEEN_LOOKS = 256;

/** `R`: the index is being built anew, and is not complete. */
const REINDEXING_KEY = Uint8Array.of(0x52);
const YES = Uint8Array.of(1);

/** Puts what is known of these nodes into a batch. They must not change meanwhile. */
export async function describeBlocks(
  nodes: Iterable<BlockNode>,
  slices: WorkSlices,
): Promise<WriteBatch> {
  const batch = new WriteBatch();
  for (const node of nodes) {
    if (batch.size % BLOCKS_BETWEEN_LOOKS === 0) await slices.next();
    const key = blockKey(node.height, node.hash);
    batch.put(key, encodeBlockRecord(key, node));
  }
  return batch;
}

/** Removes the records of nodes that are forgotten, in the same batch. */
export function forgetBlocks(batch: WriteBatch, nodes: Iterable<BlockNode>): void {
  for (const { height, hash } of nodes) batch.delete(blockKey(height, hash));
}

/**
 * Reads all blocks into an empty tree. They come ordered by height, so that each finds its parent.
 *
 * @returns how many there are; 0 if the index is new
 */
export async function loadBlockIndex(
  index: KeyValueStore,
  tree: BlockTree,
  slices: WorkSlices,
): Promise<number> {
  let count = 0;
  for await (const [key, value] of index.iterate(prefixRange(BLOCK_KEYS))) {
    const record = decodeBlockRecord(key, value);
    if (record === undefined) throw damagedIndex('a record has a wrong checksum');
    addRecord(tree, key, record);
    count++;
    if (count % BLOCKS_BETWEEN_LOOKS === 0) await slices.next();
  }
  return count;
}

function addRecord(tree: BlockTree, key: Uint8Array, { header, facts }: BlockRecord): void {
  const { height, hash } = readBlockKey(key);
  let node: BlockNode;
  if (height === 0) {
    node = tree.headers.genesis;
    if (!equalBytes(node.hash, hash)) throw foreignIndex(hash, node.hash);
  } else {
    const previous = header.subarray(PREVIOUS_HASH_AT, PREVIOUS_HASH_AT + HASH_SIZE);
    const parent = tree.headers.find(previous);
    if (parent?.height !== height - 1) {
      throw damagedIndex(`the block before ${toReversedHex(hash)} is missing`);
    }
    node = tree.add(header, hash, parent);
  }
  Object.assign(node, facts);
  const before = node.parent === undefined ? 0 : node.parent.chainTransactionCount;
  const isWhole = node.transactionCount > 0 && (node.parent === undefined || before > 0);
  node.chainTransactionCount = isWhole ? before + node.transactionCount : 0;
}

/** Whether the index is new. */
export async function hasNoBlocks(index: KeyValueStore): Promise<boolean> {
  for await (const _ of index.iterate({ ...prefixRange(BLOCK_KEYS), limit: 1 })) return false;
  return true;
}

/** Whether a reindex has begun and not ended. */
export async function isReindexing(index: KeyValueStore): Promise<boolean> {
  return (await index.get(REINDEXING_KEY)) !== undefined;
}

/** Notes that a reindex begins, or that it has ended. */
export async function setReindexing(index: KeyValueStore, reindexing: boolean): Promise<void> {
  const batch = new WriteBatch();
  if (reindexing) batch.put(REINDEXING_KEY, YES);
  else batch.delete(REINDEXING_KEY);
  await index.write(batch, { durable: true });
}

/** A block index that does not hold what was written to it. */
export function damagedIndex(what: string): StorageError {
  const message = `the block index is damaged: ${what}; ${REINDEX}`;
  return new StorageError('corrupt', 'blocks/index', message);
}

function foreignIndex(found: Uint8Array, expected: Uint8Array): StorageError {
  const message =
    `the blocks are those of another chain: it begins with ${toReversedHex(found)}, ` +
    `and this one with ${toReversedHex(expected)}`;
  return new StorageError('foreign', 'blocks/index', message);
}
