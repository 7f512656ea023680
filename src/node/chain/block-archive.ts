import { crc32 } from 'node:zlib';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { BlockUndo } from '../../protocol/consensus/connect-block.ts';
import { decodeBlock } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { decodeUndo, encodeUndo } from '../coins/undo-codec.ts';
import type { BlockFiles, BlockPosition } from '../storage/block-files.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { REINDEX, StorageError } from '../storage/storage-error.ts';
import type { LoadedBlock } from './accept-block.ts';
import { describeBlocks, forgetBlocks } from './block-index-store.ts';
import type { BlockNode } from './block-node.ts';
import { STORED, UNDO_STORED } from './block-status.ts';
import { ChainError } from './chain-error.ts';
import { noteGeneration } from './generation.ts';
import type { WorkSlices } from './work-slices.ts';

/** The bodies of blocks and their undo data, by the nodes that say where they are. */
export class BlockArchive {
  readonly #files: BlockFiles;
  readonly #index: KeyValueStore;

  constructor(files: BlockFiles, index: KeyValueStore) {
    this.#files = files;
    this.#index = index;
  }

  async storeBlock(node: BlockNode, raw: Uint8Array): Promise<void> {
    placeBlock(node, raw, await this.#files.appendBlock(raw));
  }

  /** A block's bytes. A bit that has turned over on the disk is noticed. */
  async readRaw(node: BlockNode): Promise<Uint8Array> {
    if (!node.isStored) throw missingBody(node);
    const position = { file: node.file, offset: node.blockOffset };
    const raw = this.#files.peekBlock(position) ?? (await this.#files.readBlock(position));
    if ((crc32(raw) | 0) !== node.checksum) throw damagedBlock(node, 'its checksum is wrong');
    return raw;
  }

  async readBlock(node: BlockNode): Promise<LoadedBlock> {
    const raw = await this.readRaw(node);
    try {
      const block = decodeBlock(raw);
      if (equalBytes(blockHash(block), node.hash)) return { block, raw };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
    throw damagedBlock(node, 'another block is in its place');
  }

  async storeUndo(node: BlockNode, undo: BlockUndo): Promise<void> {
    const { hash } = node.parent as BlockNode;
    node.undoOffset = await this.#files.appendUndo(node.file, encodeUndo(undo), hash);
    node.status |= UNDO_STORED;
  }

  /** The coins that a block spent. Nothing ever spends in the first block. */
  async readUndo(node: BlockNode): Promise<BlockUndo> {
    if (node.parent === undefined) return [];
    if (!node.hasUndo) throw missingUndo(node);
    const { file, undoOffset: offset } = node;
    const bytes = await this.#files.readUndo({ file, offset }, node.parent.hash);
    return decodeUndo(bytes);
  }

  /** Makes durable all that is stored, and then what is known of these nodes, and what no longer is. */
  async write(
    nodes: Iterable<BlockNode>,
    generation: number,
    slices: WorkSlices,
    forgotten: Iterable<BlockNode> = [],
  ): Promise<void> {
    await this.#files.sync();
    const batch = await describeBlocks(nodes, slices);
    forgetBlocks(batch, forgotten);
    noteGeneration(batch, generation);
    await this.#index.write(batch, { durable: true });
  }

  /** Closes the files. */
  close(): Promise<void> {
    return this.#files.close();
  }
}

/** Notes where the body of a block is. */
export function placeBlock(node: BlockNode, raw: Uint8Array, position: BlockPosition): void {
  node.file = position.file;
  node.blockOffset = position.offset;
  node.checksum = crc32(raw) | 0;
  node.status |= STORED;
}

function damagedBlock(node: BlockNode, what: string): StorageError {
  const path = `blk${String(node.file).padStart(5, '0')}.dat`;
  const block = `block ${toReversedHex(node.hash)}`;
  const message = `${path} is damaged at byte ${node.blockOffset}: ${block}: ${what}; ${REINDEX}`;
  return new StorageError('corrupt', path, message);
}

/** The body of a block is asked for, and is not here. */
export function missingBody(node: BlockNode): ChainError {
  const what = node.transactionCount > 0 ? 'has been pruned' : 'has not been received';
  return new ChainError('no-block', `block ${toReversedHex(node.hash)} ${what}`);
}

function missingUndo(node: BlockNode): ChainError {
  const what = node.isValid ? 'have been pruned' : 'were never made: it was not connected';
  return new ChainError('no-block', `the undo data of block ${toReversedHex(node.hash)} ${what}`);
}
