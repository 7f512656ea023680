import type { Txid, Wtxid } from '../../../protocol/primitives/hashes.ts';
import type { Orphanage } from './orphans.ts';
import type { RecentTransactions } from './recent-transactions.ts';
import type { RelayPool } from './relay-parts.ts';
import type { TransactionName } from './transaction-requests.ts';

/** Where a transaction may be, or have been. */
export interface Whereabouts {
  readonly pool: Pick<RelayPool, 'get' | 'getByWtxid'>;
  readonly orphans: Orphanage;
  readonly recent: RecentTransactions;
}

/**
 * Whether there is no point in asking for a transaction: it is here, in a block, or was refused.
 *
 * Orphans and refusals are looked up by wtxid even where the hash is a txid. By txid somebody could spoil
 * the witness of a transaction, send that, and keep the right one away. For transactions without witness
 * the two are the same, so most are found anyway.
 *
 * @param reconsiderable whether those count that were refused for a fee that a package may make up for
 */
export function alreadyHave(
  { pool, orphans, recent }: Whereabouts,
  { hash, byWtxid }: TransactionName,
  reconsiderable: boolean,
): boolean {
  return (
    orphans.has(hash) ||
    (reconsiderable && recent.isReconsiderable(hash)) ||
    recent.isConfirmed(hash) ||
    recent.isRejected(hash) ||
    (byWtxid ? pool.getByWtxid(hash as Wtxid) : pool.get(hash as Txid)) !== undefined
  );
}
