import type { Wtxid } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { wtxid } from '../../../protocol/primitives/transaction-id.ts';

/** A transaction that a block may have, beside those of the pool. */
export interface KnownTransaction {
  readonly tx: Transaction;
  readonly wtxid: Wtxid;
}

/**
 * The last transactions that are not in the pool: refused, replaced, without parents. Miners have
 * policies of their own, and some of these turn up in blocks.
 */
export class ExtraTransactions {
  readonly #most: number;
  readonly #kept: KnownTransaction[] = [];
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes the place of the oldest one. */
  add(tx: Transaction): void {
    if (this.#most === 0) return;
    this.#kept[this.#next] = { tx, wtxid: wtxid(tx) };
    this.#next = (this.#next + 1) % this.#most;
  }

  [Symbol.iterator](): IterableIterator<KnownTransaction> {
    return this.#kept[Symbol.iterator]();
  }
}
