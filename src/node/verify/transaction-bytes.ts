import { compactSizeLength } from '../../protocol/bytes/compact-size.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import { HEADER_SIZE } from '../../protocol/primitives/block-header.ts';
import { type Transaction, txSize } from '../../protocol/primitives/transaction.ts';

/**
 * Finds transactions in the bytes of their block, in their order. Measured, an input's share of that
 * is 0.06 microseconds, and of writing transactions anew 0.4.
 */
export class TransactionBytes {
  readonly #block: Block;
  readonly #raw: Uint8Array;
  #index = 0;
  #offset: number;

  constructor(block: Block, raw: Uint8Array) {
    this.#block = block;
    this.#raw = raw;
    this.#offset = HEADER_SIZE + compactSizeLength(block.transactions.length);
  }

  /** The bytes of a transaction, which has to come behind the one that was asked for before. */
  next(wanted: Transaction): Uint8Array {
    for (;;) {
      const tx = this.#block.transactions[this.#index++];
      if (tx === undefined)
        throw new RangeError('a script job whose transaction is not in its place');
      const start = this.#offset;
      this.#offset += txSize(tx);
      if (tx === wanted) return this.#raw.subarray(start, this.#offset);
    }
  }
}
