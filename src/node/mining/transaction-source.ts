import type { Transaction } from '../../protocol/primitives/transaction.ts';

/** A transaction that may go into a block, with what is known of it from its coins. */
export interface CandidateTransaction {
  readonly tx: Transaction;
  /** Satoshis. */
  readonly fee: bigint;
}

/** The block that transactions are wanted for. */
export interface TransactionRequest {
  readonly height: number;
  /** What their lock times are compared with: the median time past of the block before (BIP113). */
  readonly lockTimeCutoff: number;
  /** All of them together may weigh so much. */
  readonly maxWeight: number;
}

/** Where the transactions of a new block come from: the mempool, or a list. */
export interface TransactionSource {
  /** Transactions for a block, each after those that it spends from. */
  transactionsFor(request: TransactionRequest): Promise<readonly CandidateTransaction[]>;
}

/** Blocks with a coinbase alone. */
export const noTransactions: TransactionSource = {
  transactionsFor: async () => [],
};

/**
 * The same list for every block that is asked for. A transaction can be confirmed once, so this is
 * for a single block.
 *
 * @example
 * await generateBlock({ ...options, source: theseTransactions([{ tx, fee: 1_000n }]) })
 */
export function theseTransactions(
  transactions: readonly CandidateTransaction[],
): TransactionSource {
  return { transactionsFor: async () => transactions };
}
