import type { Cancel, Clock } from '../../outside/clock/clock.ts';
import type { CoinCache } from '../coins/coin-cache.ts';
import type { BlockArchive } from './block-archive.ts';
import type { BlockNode } from './block-node.ts';
import type { BlockTree } from './block-tree.ts';
import type { ChainEvents } from './chain-events.ts';
import type { CommandQueue } from './command-queue.ts';
import type { ConnectPipeline } from './connect-pipeline.ts';
import type { LedgerSet } from './ledger-set.ts';
import type { Pruner, RemoveFiles } from './pruner.ts';
import type { WorkSlices } from './work-slices.ts';

/** When nothing has changed for so long, what has changed before is written. */
const IDLE_MS = 1000;
/** And at the latest after so long. */
const MOST_MS = 60_000;

export interface FlusherParts {
  readonly clock: Clock;
  readonly tree: BlockTree;
  readonly pipeline: ConnectPipeline;
  readonly archive: BlockArchive;
  readonly coins: CoinCache;
  readonly ledgers: LedgerSet;
  readonly events: ChainEvents;
  /** The number of the last flush. */
  readonly generation: number;
  /** Undefined if nothing is ever pruned. */
  readonly pruner: Pruner | undefined;
  readonly commands: CommandQueue;
  readonly slices: WorkSlices;
}

/**
 * Writes to the disk what has changed in memory, in an order that a crash cannot spoil: first blocks
 * and undo data; then the block index, which says where they are; then the coins together with the
 * tip that they belong to, at once. So whatever the coins have seen can be found, and be taken back.
 */
export class Flusher {
  readonly #parts: FlusherParts;
  /** The coins that are being written, while the chain goes on. */
  #coins: Promise<void> = Promise.resolve();
  #writesCoins = false;
  #timer: Cancel | undefined;
  #changed = 0;
  /** The tip of the last flush. */
  #flushed: BlockNode | undefined;
  #lastFlush: number;
  #generation: number;

  constructor(parts: FlusherParts) {
    this.#parts = parts;
    this.#lastFlush = parts.clock.monotonic();
    this.#generation = parts.generation;
  }

  /** Notes that there is something to be written, some time. */
  touch(): void {
    this.#changed = this.#parts.clock.monotonic();
    if (this.#timer === undefined) this.#arm();
  }

  /** Makes room in memory where there is need. What is connected meanwhile need not wait for the disk. */
  async flushIfFull(): Promise<void> {
    const { coins, pruner } = this.#parts;
    if (!coins.needsFlush && pruner?.isDue !== true) return;
    // A disk that is too slow has to be waited for, or there would be no bound.
    if (!this.#writesCoins || coins.isOverfull) await this.#begin();
  }

  /** Resolves when everything up to the present tip is durable. */
  async flush(): Promise<void> {
    const { pipeline, tree } = this.#parts;
    await pipeline.drain();
    await this.#coins;
    if (tree.changed.size > 0 || tree.tip !== this.#flushed) await this.#begin();
    await this.#coins;
  }

  /** Removes block files up to a height, as far as they may go. */
  async prune(height: number): Promise<void> {
    await this.#begin(() => this.#parts.pruner?.upTo(height));
    await this.#coins;
  }

  /**
   * Writes what is known of blocks, and what no longer is, at once. What is forgotten must have been
   * flushed as disconnected before: the coins never belong to a block that is not in the index.
   */
  async forget(forgotten: ReadonlySet<BlockNode>): Promise<void> {
    const { tree, archive, slices } = this.#parts;
    await this.#coins;
    const nodes = [...tree.changed];
    tree.changed.clear();
    this.#generation++;
    await archive.write(nodes, this.#generation, slices, forgotten);
  }

  /** Waits for what is under way, and starts nothing more. */
  async stop(): Promise<void> {
    this.#timer?.();
    this.#timer = undefined;
    await this.#coins;
  }

  async #begin(
    prune: () => Promise<RemoveFiles | undefined> | undefined = () =>
      this.#parts.pruner?.makeRoom(),
  ): Promise<void> {
    const { pipeline, tree, archive, clock, slices } = this.#parts;
    await this.#coins;
    await pipeline.drain();
    const removePruned = await prune();
    const nodes = [...tree.changed];
    tree.changed.clear();
    this.#generation++;
    await archive.write(nodes, this.#generation, slices);
    this.#lastFlush = clock.monotonic();
    this.#writesCoins = true;
    this.#coins = this.#writeCoins(tree.tip, removePruned);
  }

  async #writeCoins(tip: BlockNode, removePruned: RemoveFiles | undefined): Promise<void> {
    const { ledgers, events, commands } = this.#parts;
    try {
      await ledgers.flush(tip, this.#generation);
      this.#flushed = tip;
      await removePruned?.();
      await events.emit({ kind: 'flushed', node: tip });
    } catch (error) {
      commands.halt(error);
    } finally {
      this.#writesCoins = false;
    }
  }

  #arm(): void {
    const { clock, commands } = this.#parts;
    this.#timer = clock.schedule(IDLE_MS, () => {
      const now = clock.monotonic();
      this.#timer = undefined;
      const isDue = now - this.#changed >= IDLE_MS || now - this.#lastFlush >= MOST_MS;
      // What goes wrong has ended everything, and has been told.
      if (isDue) commands.run(() => this.flush()).catch(() => {});
      else this.#arm();
    });
  }
}
