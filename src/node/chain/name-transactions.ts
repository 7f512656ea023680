import type { Block } from '../../protocol/primitives/block.ts';
import { nameTx } from '../../protocol/primitives/transaction-id.ts';
import { TransactionBytes } from '../verify/transaction-bytes.ts';
import type { WorkSlices } from './work-slices.ts';

const TRANSACTIONS_BETWEEN_LOOKS = 64;

/**
 * Computes the ids of all transactions of a block, which are remembered beside them. It is half of the
 * work that a large block makes, and the only part of it that can be cut into slices.
 */
export async function nameTransactions(
  { block, raw }: { readonly block: Block; readonly raw: Uint8Array },
  slices: WorkSlices,
): Promise<void> {
  const bytes = new TransactionBytes(block, raw);
  let untilLook = 0;
  for (const tx of block.transactions) {
    if (untilLook-- === 0) {
      await slices.next();
      untilLook = TRANSACTIONS_BETWEEN_LOOKS;
    }
    nameTx(tx, bytes.next(tx));
  }
  await slices.next();
}
