import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { compareBytes } from '../../../protocol/bytes/compare.ts';
import { concatBytes } from '../../../protocol/bytes/concat.ts';
import { sha256 } from '../../../protocol/crypto/hash.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import { hasWitness, type Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import type { RejectKind } from '../../mempool/mempool-results.ts';
import { type FilterSalt, RollingFilter } from './rolling-filter.ts';

/** As many as the most transactions that peers can make a node reject between two blocks, roughly. */
const REJECTS = 120_000;
/** The transactions of a few blocks, by both their ids. */
const CONFIRMED = 48_000;

/**
 * What happened to transactions lately, so that those that were refused or are in a block already are
 * not asked for again.
 */
export class RecentTransactions {
  readonly #rejected: RollingFilter;
  /** Refused alone, for a reason that a package can mend; and packages that were refused. */
  readonly #reconsiderable: RollingFilter;
  readonly #confirmed: RollingFilter;
  #block: Block | undefined;
  #blockTransactions: ByteMap<Transaction> | undefined;

  constructor(salt: FilterSalt) {
    this.#rejected = new RollingFilter(REJECTS, salt);
    this.#reconsiderable = new RollingFilter(REJECTS, salt);
    this.#confirmed = new RollingFilter(CONFIRMED, salt);
  }

  isRejected(id: Uint8Array): boolean {
    return this.#rejected.has(id);
  }

  isReconsiderable(id: Uint8Array): boolean {
    return this.#reconsiderable.has(id);
  }

  isConfirmed(id: Uint8Array): boolean {
    return this.#confirmed.has(id);
  }

  /**
   * Remembers that a transaction was refused, by the ids for which that is sure to be so. Answers with
   * these ids: there is no point in asking for them.
   */
  noteRejected(tx: Transaction, reject: RejectKind): readonly Uint8Array[] {
    // Whoever strips the witness must not keep others from getting the whole: its wtxid says nothing,
    // and its txid is that of the right one.
    if (reject === 'witness-stripped' || reject === 'missing-inputs') return [];
    const id = wtxid(tx);
    if (reject === 'reconsiderable') {
      this.#reconsiderable.add(id);
      return [id];
    }
    this.#rejected.add(id);
    // What is wrong with its inputs is wrong whatever the witness: parents are asked for by txid.
    if (reject !== 'inputs-not-standard' || !hasWitness(tx)) return [id];
    this.#rejected.add(txid(tx));
    return [id, txid(tx)];
  }

  /** A transaction whose parents were refused will be refused, whatever its witness. */
  noteHopeless(tx: Transaction): void {
    this.#rejected.add(txid(tx));
    this.#rejected.add(wtxid(tx));
  }

  isRejectedPackage(transactions: readonly Transaction[]): boolean {
    return this.#reconsiderable.has(packageId(transactions));
  }

  noteRejectedPackage(transactions: readonly Transaction[]): void {
    this.#reconsiderable.add(packageId(transactions));
  }

  /** With another tip, what was refused may be welcome: its lock time has come, or a rival is gone. */
  forgetRejects(): void {
    this.#rejected.reset();
    this.#reconsiderable.reset();
  }

  noteConfirmed(block: Block): void {
    this.#block = block;
    this.#blockTransactions = undefined;
    for (const tx of block.transactions) {
      this.#confirmed.add(txid(tx));
      if (hasWitness(tx)) this.#confirmed.add(wtxid(tx));
    }
  }

  /** A block was taken back, and its transactions will be relayed again. */
  forgetConfirmed(): void {
    this.#confirmed.reset();
  }

  /**
   * A transaction of the last block, by either id. It has left the pool, but those who were told of it
   * a moment ago may ask for it.
   */
  inLastBlock(id: Uint8Array): Transaction | undefined {
    if (this.#block === undefined) return undefined;
    this.#blockTransactions ??= new ByteMap<Transaction>();
    if (this.#blockTransactions.size === 0) {
      for (const tx of this.#block.transactions) {
        this.#blockTransactions.set(txid(tx), tx).set(wtxid(tx), tx);
      }
    }
    return this.#blockTransactions.get(id);
  }
}

/** The same for the same transactions, witnesses included, in whatever order. */
function packageId(transactions: readonly Transaction[]): Uint8Array {
  return sha256(concatBytes(...transactions.map(wtxid).sort(compareBytes)));
}
