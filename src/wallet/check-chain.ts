import type { Transaction } from '../protocol/primitives/transaction.ts';
import type { Ledger } from './ledger/ledger.ts';
import { pendingAncestors } from './pending-ancestors.ts';
import { PaymentError } from './spend/payment-error.ts';

/** Bitcoin Core's `-limitancestorcount`. */
export const USUAL_ANCESTOR_LIMIT = 25;

/**
 * Refuses a payment that depends on more transactions that wait than nodes allow: they would not take it.
 *
 * @throws {@link PaymentError} `chain-too-long`
 */
export function checkChain(ledger: Ledger, tx: Transaction, limit = USUAL_ANCESTOR_LIMIT): void {
  const parents = tx.inputs.flatMap(({ prevout }) => ledger.get(prevout.txid) ?? []);
  const count = pendingAncestors(ledger, parents, { most: limit }).size + 1;
  if (count <= limit) return;
  throw new PaymentError('chain-too-long', {
    message: `the payment would wait with ${count - 1} others at least that it depends on: nodes allow ${limit - 1}`,
    coreWords: `too many unconfirmed ancestors [limit: ${limit}]`,
  });
}
