import type { Clock } from '../../outside/clock/clock.ts';
import type { BlockNode } from '../chain/block-node.ts';
import { ChainError } from '../chain/chain-error.ts';
import type { Follower } from '../chain/ledger.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import type { BlockSource } from './block-source.ts';
import { Changes } from './changes.ts';
import type { IndexDefinition } from './index-definition.ts';
import { IndexError } from './index-error.ts';
import { type FollowedTree, openIndexStore } from './index-store.ts';
import type { Pace } from './pace.ts';
import { RateMeter } from './rate-meter.ts';
import { RollbackJournal } from './rollback-journal.ts';
import { SettleQueue } from './settle-queue.ts';
import { encodePlace, TIP_KEY } from './store-keys.ts';

/** Changes are written when they take so much memory, or when there are so many. */
const MOST_BYTES = 4 * 2 ** 20;
const MOST_CHANGES = 8192;

/** Blocks ahead that are being read, up to so many transactions. */
const BLOCKS_AHEAD = 8;
const TRANSACTIONS_AHEAD = 1000;

export interface RunnerParts {
  readonly definition: IndexDefinition;
  readonly store: KeyValueStore;
  readonly tree: FollowedTree;
  readonly source: BlockSource;
  readonly clock: Clock;
  readonly pace: Pace;
  /** Of the maps whose keys strangers choose. */
  readonly seed: number;
  /** Hears of every time when there is nothing more to do. */
  readonly onRest: () => void;
  /** Hears, once, of the error that ended the runner. */
  readonly onFailure: (error: IndexError) => void;
}

/**
 * - `catching-up`: it has not yet been where the chain is
 * - `following`: it has, and follows every step
 * - `stopped`, `failed`: it does not go on
 */
export type FollowerState = 'catching-up' | 'following' | 'stopped' | 'failed';

export interface FollowerStatus {
  readonly name: string;
  readonly state: FollowerState;
  /** The last block that the index has seen and written; undefined before the first. */
  readonly tip: BlockNode | undefined;
  /** How much of the chain the index has seen, from 0 to 1. */
  readonly progress: number;
  readonly blocksPerSecond: number;
  /** Why it failed. */
  readonly error?: IndexError;
}

/**
 * Keeps one index at the tip of the chain. A single loop does all of it: where the chain's tip does
 * not build on the last block that the index has seen, that block is taken back; else the next one is
 * added; and when there is none, the loop waits. So building an index, following the chain, going over
 * to another branch and going on after a crash are one and the same.
 *
 * What an index has of a block, and that it has seen it, are written in one batch.
 */
export class FollowerRunner implements Follower {
  readonly #parts: RunnerParts;
  readonly #changes: Changes;
  #journal = new RollbackJournal();
  readonly #meter: RateMeter;
  readonly #settling = new SettleQueue();
  /** The last block that is in the store. */
  #tip: BlockNode | undefined;
  /** The last block that is in the store or in the changes. */
  #head: BlockNode | undefined;
  /** The block that is just being added. */
  #adding: BlockNode | undefined;
  /** The last block that the chain has made durable. */
  #durable: BlockNode;
  #blocksInChanges = 0;
  #state: FollowerState = 'catching-up';
  #failure: IndexError | undefined;
  #wake: () => void = () => {};
  #running: Promise<void> | undefined;

  /** @param durable a block that the chain has made durable, and with it all that are stored */
  constructor(parts: RunnerParts, durable: BlockNode) {
    this.#parts = parts;
    this.#durable = durable;
    this.#changes = new Changes(parts.store, parts.seed);
    this.#meter = new RateMeter(parts.clock);
  }

  get name(): string {
    return this.#parts.definition.name;
  }

  /** The last block that the index has seen and written. */
  get tip(): BlockNode | undefined {
    return this.#tip;
  }

  get status(): FollowerStatus {
    return {
      name: this.name,
      state: this.#state,
      tip: this.#tip,
      progress: progressOf(this.#tip, this.#parts.tree.tip),
      blocksPerSecond: this.#meter.perSecond,
      ...(this.#failure && { error: this.#failure }),
    };
  }

  /** Begins. Whatever goes wrong from here on ends the runner, and `onFailure` is told. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the block that is being worked on. The store is left open. */
  async stop(): Promise<void> {
    if (this.#state !== 'failed') this.#state = 'stopped';
    this.#wake();
    await this.#running;
    this.#settling.reject(this.#endedError());
  }

  /**
   * Resolves when what the index answers takes a block into account, or that it is gone: who waits for
   * the chain's tip reads what the chain has just done.
   *
   * @throws IndexError when the runner has ended
   */
  async settled(node: BlockNode): Promise<void> {
    if (this.#hasEnded) throw this.#endedError();
    if (!this.#hasSeen(node)) await this.#settling.wait(node);
  }

  /** Resolves when the index has come to a block that the chain has gone back to, and that is durable. */
  async leaveForGood(node: BlockNode): Promise<void> {
    this.#wake();
    await this.settled(node);
    await this.#parts.store.write(new WriteBatch(), { durable: true });
  }

  /** The chain has moved. */
  wake(): void {
    this.#wake();
  }

  /** The chain has made durable a block, and all before it. */
  noteDurable(node: BlockNode): void {
    this.#durable = node;
    if (this.#journal.size > 0) this.#wake();
  }

  async #run(): Promise<void> {
    try {
      const { tree } = this.#parts;
      this.#tip = await openIndexStore(this.#parts);
      this.#journal = await RollbackJournal.load(this.#parts.store);
      this.#head = this.#tip;
      while (!this.#hasEnded) {
        if (this.#head === tree.tip) await this.#rest();
        else await this.#step(tree.tip);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** One block towards another one. */
  async #step(target: BlockNode): Promise<void> {
    const { definition, source, pace } = this.#parts;
    const head = this.#head;
    if (head === undefined || head.isAncestorOf(target)) {
      const node = target.ancestor(head === undefined ? 0 : head.height + 1) as BlockNode;
      this.#adding = node;
      if (pace.isDue) await pace.turn();
      this.#readAhead(node, target);
      const followed = await source.load(node);
      if (pace.isDue) await pace.turn();
      await definition.connect(followed, this.#changes, pace);
      this.#head = node;
      this.#adding = undefined;
    } else {
      if (pace.isDue) await pace.turn();
      const followed = await source.load(head);
      if (pace.isDue) await pace.turn();
      await definition.disconnect(followed, this.#changes, pace);
      this.#head = head.parent;
    }
    this.#blocksInChanges++;
    if (this.#changes.bytes > MOST_BYTES || this.#changes.size > MOST_CHANGES) await this.#commit();
  }

  /** Otherwise reading would wait for writing, and writing for reading. */
  #readAhead(node: BlockNode, target: BlockNode): void {
    let transactions = 0;
    const last = Math.min(target.height, node.height + BLOCKS_AHEAD);
    for (let height = node.height + 1; height <= last; height++) {
      const ahead = target.ancestor(height) as BlockNode;
      transactions += ahead.transactionCount;
      if (transactions > TRANSACTIONS_AHEAD) return;
      this.#parts.source.load(ahead).catch(() => {});
    }
  }

  /** There is nothing to do, for the moment. */
  async #rest(): Promise<void> {
    const { tree } = this.#parts;
    if (this.#head !== this.#tip) await this.#commit();
    await this.#trimJournal();
    if (this.#hasEnded || this.#head !== tree.tip) return;
    this.#state = 'following';
    this.#settling.release((node) => this.#hasSeen(node));
    this.#parts.onRest();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Writes the changes, and which block they lead to. */
  async #commit(): Promise<void> {
    const [before, head] = [this.#tip, this.#head];
    const { pace, store } = this.#parts;
    const batch = await this.#changes.toBatch(pace);
    if (head === undefined || head.isAncestorOf(this.#durable)) {
      this.#journal.trim(batch, this.#durable, head);
    } else {
      const place = before && { height: before.height, hash: before.hash };
      await this.#journal.add(batch, await this.#changes.inverse(pace), place, pace);
    }
    if (head === undefined) batch.delete(TIP_KEY);
    else batch.put(TIP_KEY, encodePlace(head));
    await store.write(batch);
    this.#changes.clear();
    this.#tip = head;
    this.#meter.add(this.#blocksInChanges);
    this.#blocksInChanges = 0;
    this.#settling.release((node) => this.#hasSeen(node));
  }

  async #trimJournal(): Promise<void> {
    if (this.#journal.size === 0) return;
    const batch = new WriteBatch();
    this.#journal.trim(batch, this.#durable, this.#tip);
    if (batch.size > 0) await this.#parts.store.write(batch);
  }

  /**
   * Whether the index is on the branch that the chain follows, and has come to where a block is, or to
   * where the branch of that block leaves the chain's. Nor must it leave there with what it is just
   * reading or writing, on a way that the chain has turned back from.
   */
  #hasSeen(node: BlockNode): boolean {
    const target = this.#parts.tree.tip;
    const { height } = node.forkWith(target);
    const isThere = [this.#tip, this.#head].every(
      (at) => at !== undefined && at.height >= height && at.isAncestorOf(target),
    );
    return isThere && (this.#adding === undefined || this.#adding.isAncestorOf(target));
  }

  get #hasEnded(): boolean {
    return this.#state === 'stopped' || this.#state === 'failed';
  }

  #endedError(): IndexError {
    return this.#failure ?? new IndexError('stopped', this.name, 'it has been stopped');
  }

  #fail(cause: unknown): void {
    this.#state = 'failed';
    this.#failure = toIndexError(cause, this.name, this.#head);
    this.#settling.reject(this.#failure);
    this.#parts.onFailure(this.#failure);
  }
}

function progressOf(tip: BlockNode | undefined, target: BlockNode): number {
  if (tip === undefined) return 0;
  if (tip.isAncestorOf(target) && target.chainTransactionCount > 0) {
    return tip.chainTransactionCount / target.chainTransactionCount;
  }
  return Math.min(1, (tip.height + 1) / (target.height + 1));
}

function toIndexError(cause: unknown, name: string, head: BlockNode | undefined): IndexError {
  if (cause instanceof IndexError) return cause;
  const place = head === undefined ? 'before the first block' : `at block ${head.height}`;
  if (cause instanceof ChainError && cause.code === 'no-block') {
    const message = `it stopped ${place}, and the next block is gone; run without pruning, and load the chain anew`;
    return new IndexError('pruned', name, message, { cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IndexError('failed', name, `it stopped ${place}: ${reason}`, { cause });
}
