import type { Ledger } from './ledger/ledger.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';

/** Nobody asks how many there are beyond that. */
const MOST_COUNTED = 1_000;

/**
 * The transactions of the wallet that wait and have to confirm before what spends an output of these,
 * themselves included. Of what others paid, the wallet does not know what it depends on.
 *
 * @example
 * pendingAncestors(ledger, [walletTx]).size // 1 where all that it spends is confirmed
 */
export function pendingAncestors(
  ledger: Ledger,
  transactions: Iterable<WalletTx>,
): ReadonlySet<WalletTx> {
  const found = new Set<WalletTx>();
  for (const each of transactions) if (isPending(each)) found.add(each);
  // A set goes on to what is added while it is gone through.
  for (const { tx } of found) {
    for (const { prevout } of tx.inputs) {
      const parent = ledger.get(prevout.txid);
      if (parent !== undefined && isPending(parent)) found.add(parent);
    }
    if (found.size > MOST_COUNTED) break;
  }
  return found;
}

function isPending({ state }: WalletTx): boolean {
  return state.kind === 'pool' || state.kind === 'waiting';
}
