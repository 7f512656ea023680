import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../protocol/primitives/transaction-id.ts';

/**
 * Both names of a transaction, and what else is to be said of it, as lines of the log have them.
 *
 * @example
 * txNames(tx, 'vsize=110') // 'c1de… (wtxid=0eeb…, vsize=110)'
 */
export function txNames(tx: Transaction, ...more: readonly string[]): string {
  const also = [`wtxid=${toReversedHex(wtxid(tx))}`, ...more];
  return `${toReversedHex(txid(tx))} (${also.join(', ')})`;
}
