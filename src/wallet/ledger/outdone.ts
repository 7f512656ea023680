/** Payments that wait in vain, as it looks: another one spends the same coins. */
import type { Ledger } from './ledger.ts';
import type { WalletTx } from './wallet-tx.ts';

/**
 * Whether a transaction that no node has is outdone: the pool has another one that spends the same coin,
 * or the wallet knows of one that came later, as a payment does whose fee was raised. Its outputs are not
 * to be counted beside those of the other. Once a block has the other one, it is `conflicted`; when
 * the other one is given up, it counts again.
 *
 * @example
 * isOutdone(ledger, replaced) // true
 */
export function isOutdone(ledger: Ledger, walletTx: WalletTx): boolean {
  // A chain of payments can be long: the way up is walked, not called.
  const open = [walletTx];
  const seen = new Set(open);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.state.kind !== 'waiting') continue;
    if (ledger.poolConflicts(next).length > 0) return true;
    for (const { prevout } of next.tx.inputs) {
      const { order } = next;
      if (ledger.spenders(prevout).some((other) => isAlive(other) && other.order > order)) {
        return true;
      }
      const parent = ledger.get(prevout.txid);
      if (parent === undefined || seen.has(parent)) continue;
      seen.add(parent);
      open.push(parent);
    }
  }
  return false;
}

function isAlive({ state }: WalletTx): boolean {
  return state.kind === 'waiting' || state.kind === 'pool';
}
