import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { transactionCountLimits } from '../../protocol/consensus/block-context.ts';
import type { ConsensusParams } from '../../protocol/params/chain-params.ts';

/** A chain of one's own may want so many transactions in a block, and there are not that many yet. */
export class TransactionCountError extends CodedError {
  override readonly name = 'TransactionCountError';
  readonly code = 'too-few-transactions';
  /** How many are missing. */
  readonly missing: number;

  constructor(height: number, least: number, ready: number) {
    const missing = least - ready;
    const are = (count: number): string => `${count} ${count === 1 ? 'is' : 'are'}`;
    super(
      `a block at height ${height} needs ${least} ${least === 1 ? 'transaction' : 'transactions'} beside its coinbase, and ${are(ready)} ready: ${are(missing)} missing`,
    );
    this.missing = missing;
  }
}

/**
 * Makes sure that there are enough transactions for a block, the coinbase not counted. The most that
 * are allowed is for whoever chooses them.
 *
 * @example
 * checkTransactionCount(12, transactions.length, chain.params.consensus)
 *
 * @throws TransactionCountError
 */
export function checkTransactionCount(
  height: number,
  count: number,
  params: Pick<ConsensusParams, 'blockTransactions' | 'coinbaseMaturity'>,
): void {
  const least = transactionCountLimits(height, params).min - 1;
  if (count < least) throw new TransactionCountError(height, least, count);
}
