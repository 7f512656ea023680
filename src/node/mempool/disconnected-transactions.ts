import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { entryUsage } from './memory-usage.ts';

/**
 * The transactions of blocks that were taken back, until it is clear which of them are in the blocks
 * that come instead. Those that were confirmed first are kept longest: others depend on them.
 */
export class DisconnectedTransactions {
  /** From the last confirmed to the first; a gap where a new block has it. */
  readonly #queue: (Transaction | undefined)[] = [];
  readonly #places: ByteMap<number>;
  readonly #maxBytes: number;
  #bytes = 0;
  #dropped = 0;

  /** @param seed of the table: a random number of 32 bits */
  constructor(maxBytes: number, seed: number) {
    this.#maxBytes = maxBytes;
    this.#places = new ByteMap(seed);
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** Adds those of a block that was the tip, and answers with those there was no room for. */
  addBlock({ transactions }: Block): readonly Transaction[] {
    for (const tx of transactions.toReversed()) {
      this.#places.set(txid(tx), this.#queue.length);
      this.#queue.push(tx);
      this.#bytes += entryUsage(tx);
    }
    const dropped: Transaction[] = [];
    while (this.#bytes > this.#maxBytes && this.#dropped < this.#queue.length) {
      const tx = this.#queue[this.#dropped];
      if (tx !== undefined) {
        this.#forget(tx, this.#dropped);
        dropped.push(tx);
      }
      this.#dropped++;
    }
    return dropped;
  }

  /** A new block has these. */
  removeBlock({ transactions }: Block): void {
    if (this.isEmpty) return;
    for (const tx of transactions) {
      const place = this.#places.get(txid(tx));
      if (place !== undefined) this.#forget(this.#queue[place] as Transaction, place);
    }
  }

  /** Takes out all that are left, in the order in which they were confirmed. */
  takeAll(): readonly Transaction[] {
    const all = this.#queue.filter((tx) => tx !== undefined).toReversed();
    this.#queue.length = 0;
    this.#places.clear();
    this.#bytes = 0;
    this.#dropped = 0;
    return all;
  }

  #forget(tx: Transaction, place: number): void {
    this.#places.delete(txid(tx));
    this.#queue[place] = undefined;
    this.#bytes -= entryUsage(tx);
  }
}
