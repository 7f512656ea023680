import type { BlockUndo } from '../../protocol/consensus/connect-block.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { FollowedBlock } from './index-definition.ts';

/** How many blocks are kept at most, and how many transactions they may have. */
const MOST_BLOCKS = 256;
const MOST_TRANSACTIONS = 6_000;

/** Where blocks are kept. */
export interface BlockArchive {
  readBlock(node: BlockNode): Promise<{ readonly block: Block }>;
  readUndo(node: BlockNode): Promise<BlockUndo>;
}

/**
 * Blocks for several readers that are at about the same place, each read and decoded once. Those that
 * have just been connected need not be read at all.
 */
export class BlockSource {
  readonly #archive: BlockArchive;
  readonly #blocks = new Map<BlockNode, Promise<FollowedBlock>>();
  #transactions = 0;

  constructor(archive: BlockArchive) {
    this.#archive = archive;
  }

  /** Remembers a block that somebody has in memory. */
  keep(followed: FollowedBlock): void {
    this.#remember(followed.node, Promise.resolve(followed));
  }

  /** A block with its undo data. */
  load(node: BlockNode): Promise<FollowedBlock> {
    const known = this.#blocks.get(node);
    if (known !== undefined) return known;
    const loading = this.#read(node);
    // A failure is told to whoever waits for it, and is not remembered.
    loading.catch(() => this.#forget(node));
    this.#remember(node, loading);
    return loading;
  }

  clear(): void {
    this.#blocks.clear();
    this.#transactions = 0;
  }

  async #read(node: BlockNode): Promise<FollowedBlock> {
    const reading = [this.#archive.readBlock(node), this.#archive.readUndo(node)] as const;
    const [{ block }, undo] = await Promise.all(reading);
    return { node, block, undo };
  }

  #remember(node: BlockNode, block: Promise<FollowedBlock>): void {
    this.#forget(node);
    this.#blocks.set(node, block);
    this.#transactions += node.transactionCount;
    for (const oldest of this.#blocks.keys()) {
      const { size } = this.#blocks;
      if (size === 1 || (size <= MOST_BLOCKS && this.#transactions <= MOST_TRANSACTIONS)) break;
      this.#forget(oldest);
    }
  }

  #forget(node: BlockNode): void {
    if (this.#blocks.delete(node)) this.#transactions -= node.transactionCount;
  }
}
