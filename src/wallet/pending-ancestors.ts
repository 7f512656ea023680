import type { Ledger } from './ledger/ledger.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';

interface Kinship {
  /** Stops once there are more; all of them by default. */
  readonly most?: number;
  /** Only what a node has. */
  readonly inPool?: boolean;
}

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
  { most = Number.MAX_SAFE_INTEGER, inPool = false }: Kinship = {},
): ReadonlySet<WalletTx> {
  const isPending = ({ state }: WalletTx): boolean =>
    state.kind === 'pool' || (!inPool && state.kind === 'waiting');
  const found = new Set<WalletTx>();
  for (const each of transactions) if (isPending(each)) found.add(each);
  // A set goes on to what is added while it is gone through.
  for (const { tx } of found) {
    for (const { prevout } of tx.inputs) {
      const parent = ledger.get(prevout.txid);
      if (parent !== undefined && isPending(parent)) found.add(parent);
    }
    if (found.size > most) break;
  }
  return found;
}

/**
 * The transactions of the wallet that wait for this one, themselves or by others; without those that
 * something in the pool has taken the place of.
 */
export function pendingDescendants(ledger: Ledger, walletTx: WalletTx): readonly WalletTx[] {
  const isStanding = (each: WalletTx): boolean =>
    each.state.kind === 'pool' ||
    (each.state.kind === 'waiting' && ledger.poolConflicts(each).length === 0);
  return ledger.descendants(walletTx).filter(isStanding);
}
