import type { Coin, CoinKey } from '../../protocol/consensus/coin.ts';
import type { BlockUndo } from '../../protocol/consensus/connect-block.ts';
import type { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import type { CoinCache } from '../coins/coin-cache.ts';
import type { LoadedBlock } from './accept-block.ts';
import type { BlockArchive } from './block-archive.ts';
import type { BlockNode } from './block-node.ts';
import type { BlockTree } from './block-tree.ts';
import type { ChainEvents, ChainListener } from './chain-events.ts';
import { type ChainTip, chainTips } from './chain-tips.ts';
import type { ConnectPipeline } from './connect-pipeline.ts';

export interface ReaderParts {
  readonly tree: BlockTree;
  readonly archive: BlockArchive;
  readonly coins: CoinCache;
  readonly pipeline: ConnectPipeline;
  readonly events: ChainEvents;
}

/** All that can be read of the chain. It can be at any time, also while a command is under way. */
export class ChainReader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** The last block of the branch that is followed. It is verified. */
  get tip(): BlockNode {
    return this.#parts.tree.tip;
  }

  get genesis(): BlockNode {
    return this.#parts.tree.headers.genesis;
  }

  /** The last header of the branch with the most work. */
  get bestHeader(): BlockNode {
    return this.#parts.tree.bestHeader;
  }

  /** The block of this height on the branch that is followed. */
  blockAt(height: number): BlockNode | undefined {
    return this.#parts.tree.active.at(height);
  }

  lookup(hash: Uint8Array): BlockNode | undefined {
    return this.#parts.tree.headers.find(hash);
  }

  /** Whether a block is on the branch that is followed. */
  contains(node: BlockNode): boolean {
    return this.#parts.tree.active.contains(node);
  }

  /** How many blocks of the branch that is followed confirm a block, itself included; -1 elsewhere. */
  confirmations(node: BlockNode): number {
    return this.contains(node) ? this.tip.height - node.height + 1 : -1;
  }

  /** The block after this one; undefined if it is the tip, or on another branch. */
  next(node: BlockNode): BlockNode | undefined {
    return this.#parts.tree.active.next(node);
  }

  /** The last block of a branch that is on the one that is followed as well. */
  forkWith(node: BlockNode): BlockNode {
    return this.#parts.tree.active.forkWith(node);
  }

  /** The last block that the chain has in common with somebody who is where this locator says. */
  commonBlock(locator: readonly BlockHash[]): BlockNode {
    for (const hash of locator) {
      const node = this.lookup(hash);
      if (node === undefined) continue;
      if (this.contains(node)) return node;
      if (this.tip.isAncestorOf(node)) return this.tip;
    }
    return this.genesis;
  }

  /** What is wrong with a block that was refused, if that was since the start. */
  failureOf(node: BlockNode): RuleError | undefined {
    return this.#parts.tree.failureOf(node);
  }

  /** The ends of all branches, the highest first. */
  tips(): readonly ChainTip[] {
    return chainTips(this.#parts.tree);
  }

  /** A block and its bytes. */
  readBlock(node: BlockNode): Promise<LoadedBlock> {
    return this.#parts.archive.readBlock(node);
  }

  /** A block's bytes, which are not decoded for it. */
  readRaw(node: BlockNode): Promise<Uint8Array> {
    return this.#parts.archive.readRaw(node);
  }

  /** The coins that a block spent. */
  readUndo(node: BlockNode): Promise<BlockUndo> {
    return this.#parts.archive.readUndo(node);
  }

  /** The coins of these keys, as they are after the tip. */
  async coins(keys: readonly CoinKey[]): Promise<readonly (Coin | undefined)[]> {
    const coins = await this.#parts.coins.load(keys);
    return keys.map((key) => this.#parts.pipeline.asOfTip(key, coins.get(key)));
  }

  /**
   * A coin as it is after the tip, if it is in memory. One that is not found may still exist; whoever
   * has to know asks {@link coins}.
   */
  coinInMemory(key: CoinKey): Coin | undefined {
    return this.#parts.pipeline.asOfTip(key, this.#parts.coins.get(key));
  }

  /** How many coins are in memory, marks that there is none included, and the bytes that they take. */
  get coinMemory(): { readonly coins: number; readonly bytes: number } {
    const { size: coins, bytes } = this.#parts.coins;
    return { coins, bytes };
  }

  /** Tells a listener of all that happens from now on; what it gives back ends that. */
  on(listener: ChainListener): () => void {
    return this.#parts.events.on(listener);
  }
}
