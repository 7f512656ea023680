import type { Block } from '../../protocol/primitives/block.ts';
import { hasWitness } from '../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../protocol/primitives/transaction-id.ts';
import type { WorkSlices } from './work-slices.ts';

const TRANSACTIONS_BETWEEN_LOOKS = 64;

/**
 * Computes the ids of all transactions of a block, which are remembered beside them. It is half of the
 * work that a large block makes, and the only part of it that can be cut into slices.
 */
export async function nameTransactions({ transactions }: Block, slices: WorkSlices): Promise<void> {
  for (const [i, tx] of transactions.entries()) {
    if (i % TRANSACTIONS_BETWEEN_LOOKS === 0) await slices.next();
    txid(tx);
    if (hasWitness(tx)) wtxid(tx);
  }
  await slices.next();
}
