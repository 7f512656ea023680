import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { Transaction } from '../protocol/primitives/transaction.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';
import { pendingAncestors, pendingDescendants } from './pending-ancestors.ts';
import type { RelayTerms } from './source/chain-source.ts';
import { PaymentError } from './spend/payment-error.ts';

export type ChainTerms = Pick<RelayTerms, 'ancestorLimit' | 'descendantLimit'>;

/** Bitcoin Core's `-limitancestorcount` and `-limitdescendantcount`. */
const USUAL_LIMIT = 25;

/** How many may wait with each other, the first and the last one included. */
export function chainLimits({ ancestorLimit, descendantLimit }: ChainTerms) {
  return {
    ancestors: ancestorLimit ?? USUAL_LIMIT,
    descendants: descendantLimit ?? USUAL_LIMIT,
  };
}

/**
 * Refuses a payment that depends on more transactions that wait than nodes allow, or on one that too
 * many others wait for: they would not take it.
 *
 * @throws {@link PaymentError} `chain-too-long`
 */
export function checkChain(ledger: Ledger, tx: Transaction, terms: ChainTerms): void {
  const limits = chainLimits(terms);
  const parents = tx.inputs.flatMap(({ prevout }) => ledger.get(prevout.txid) ?? []);
  const ancestors = pendingAncestors(ledger, parents, { most: limits.ancestors });
  if (ancestors.size + 1 > limits.ancestors) {
    throw new PaymentError('chain-too-long', {
      message: `the payment would wait with ${ancestors.size} others at least that it depends on: nodes allow ${limits.ancestors - 1}`,
      coreWords: `too many unconfirmed ancestors [limit: ${limits.ancestors}]`,
    });
  }
  if (ancestors.size === 0) return;
  const replaced = replacedBy(tx, ledger);
  for (const ancestor of ancestors) {
    const others = pendingDescendants(ledger, ancestor).filter((each) => !replaced.has(each));
    if (others.length + 2 > limits.descendants) {
      const id = toReversedHex(ancestor.txid);
      throw new PaymentError('chain-too-long', {
        message: `the payment would depend on ${id}, which ${others.length} others wait for: nodes allow ${limits.descendants - 2} beside it`,
        coreWords: `too many descendants for tx ${id} [limit: ${limits.descendants}]`,
      });
    }
  }
}

/** What goes out of a pool when this comes in. */
function replacedBy(tx: Transaction, ledger: Ledger): ReadonlySet<WalletTx> {
  const spenders = tx.inputs.flatMap(({ prevout }) => ledger.spenders(prevout));
  return new Set(spenders.flatMap((each) => [each, ...ledger.descendants(each)]));
}
