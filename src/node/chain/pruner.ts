import type { BlockFiles } from '../storage/block-files.ts';
import { STORED, UNDO_STORED } from './block-status.ts';
import type { BlockTree } from './block-tree.ts';

/** What a reorganisation may need is kept: the last blocks of the chain (BIP159 counts on them). */
const BLOCKS_KEPT = 288;

/** What Bitcoin Core asks for at least: so many MiB hold two days of full blocks and their undo data. */
export const LEAST_PRUNE_TARGET: number = 550 * 2 ** 20;

/** Files grow in steps of so many bytes, blocks and undo data together: the next step is to fit, too. */
const NEXT_STEP = 17 * 2 ** 20;

/** The files of blocks, as far as pruning has to do with them. */
type PrunedFiles = Pick<BlockFiles, 'current' | 'sizes' | 'prune'>;

export interface PrunerParts {
  readonly tree: BlockTree;
  readonly files: PrunedFiles;
  /** The bytes that block files may take up; undefined if files are only removed when somebody asks. */
  readonly targetBytes: number | undefined;
}

/**
 * Removes the oldest block files. A file goes as a whole, with its undo data, and only if none of its
 * blocks is among the last of the chain.
 */
export class Pruner {
  readonly #parts: PrunerParts;
  readonly #holds = new Set<() => number>();
  /** The file that was written when there was last enough room. */
  #checkedAt = -1;

  constructor(parts: PrunerParts) {
    this.#parts = parts;
  }

  /** The bytes that block files may take up; undefined if they may take up any. */
  get targetBytes(): number | undefined {
    return this.#parts.targetBytes;
  }

  /** Whether files are removed without anybody's asking, and it may be time for it. */
  get isDue(): boolean {
    const { files, targetBytes } = this.#parts;
    return targetBytes !== undefined && files.current !== this.#checkedAt;
  }

  /** Keeps blocks above a height, which is asked for each time; what it gives back ends that. */
  hold(height: () => number): () => void {
    this.#holds.add(height);
    return () => {
      this.#holds.delete(height);
    };
  }

  /**
   * Chooses files so that the rest fits, and takes their blocks for pruned from now on. What it gives
   * back removes them: to be called when the block index is written, and knows them no more.
   */
  async makeRoom(): Promise<RemoveFiles | undefined> {
    const { files, targetBytes } = this.#parts;
    if (targetBytes === undefined || !this.isDue) return undefined;
    this.#checkedAt = files.current;
    const sizes = await files.sizes();
    let excess = sizes.reduce((sum, { bytes }) => sum + bytes, NEXT_STEP - targetBytes);
    if (excess <= 0) return undefined;
    const highest = this.#highestBlocks();
    const chosen: number[] = [];
    for (const { file, bytes } of sizes) {
      if (excess <= 0) break;
      if (!this.#mayGo(file, highest, Number.POSITIVE_INFINITY)) continue;
      chosen.push(file);
      excess -= bytes;
    }
    return this.#forget(chosen);
  }

  /** The same for all files with no block above a height. */
  async upTo(height: number): Promise<RemoveFiles | undefined> {
    const highest = this.#highestBlocks();
    const sizes = await this.#parts.files.sizes();
    const chosen = sizes
      .map(({ file }) => file)
      .filter((file) => this.#mayGo(file, highest, height));
    return this.#forget(chosen);
  }

  #mayGo(file: number, highest: ReadonlyMap<number, number>, height: number): boolean {
    const { tree, files } = this.#parts;
    let limit = Math.min(height, tree.tip.height - BLOCKS_KEPT);
    for (const hold of this.#holds) limit = Math.min(limit, hold());
    return file !== files.current && (highest.get(file) ?? -1) <= limit;
  }

  /** The highest block in each file. */
  #highestBlocks(): ReadonlyMap<number, number> {
    const highest = new Map<number, number>();
    for (const { file, height, isStored } of this.#parts.tree.headers) {
      if (isStored) highest.set(file, Math.max(height, highest.get(file) ?? 0));
    }
    return highest;
  }

  #forget(chosen: readonly number[]): RemoveFiles | undefined {
    if (chosen.length === 0) return undefined;
    const { tree, files } = this.#parts;
    const gone = new Set(chosen);
    for (const node of tree.headers) {
      if (!node.isStored || !gone.has(node.file)) continue;
      node.status &= ~(STORED | UNDO_STORED);
      tree.changed.add(node);
    }
    return async () => {
      for (const file of chosen) await files.prune(file);
    };
  }
}

/** Removes the files that were chosen. */
export type RemoveFiles = () => Promise<void>;
