/** What can be said of a package by itself, in Bitcoin Core's words. */
import { ByteMap, ByteSet } from '../../protocol/bytes/byte-map.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import { type Transaction, txWeight } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';

/** As many as may depend on each other in the pool. */
const MAX_PACKAGE_COUNT = 25;
/** As much as they may weigh there together: 101,000 virtual bytes. */
const MAX_PACKAGE_WEIGHT = 404_000;

/**
 * Checks that a package is not too large, that parents come before children, and that no two
 * transactions are the same or spend the same.
 *
 * @throws RuleError `package-too-many-transactions`, `package-too-large`,
 * `package-contains-duplicates`, `package-not-sorted` or `conflict-in-package`
 */
export function checkPackageForm(transactions: readonly Transaction[]): void {
  if (transactions.length > MAX_PACKAGE_COUNT) {
    throw packageError('package-too-many-transactions');
  }
  const weight = transactions.reduce((sum, tx) => sum + txWeight(tx), 0);
  // One that is too large alone is told so by a reason of its own.
  if (transactions.length > 1 && weight > MAX_PACKAGE_WEIGHT) {
    throw packageError('package-too-large');
  }
  const later = new ByteSet();
  for (const tx of transactions) {
    if (!later.add(txid(tx))) throw packageError('package-contains-duplicates');
  }
  for (const tx of transactions) {
    for (const { prevout } of tx.inputs) {
      if (later.has(prevout.txid)) throw packageError('package-not-sorted');
    }
    later.delete(txid(tx));
  }
  checkNoConflict(transactions);
}

function checkNoConflict(transactions: readonly Transaction[]): void {
  const spenders = new ByteMap<Transaction>();
  for (const tx of transactions) {
    // Two without inputs could not be told from each other by what they spend.
    if (tx.inputs.length === 0) throw packageError('conflict-in-package');
    for (const { prevout } of tx.inputs) {
      const key = coinKey(prevout);
      const other = spenders.get(key);
      // One that spends the same twice is told so by a reason of its own.
      if (other !== undefined && other !== tx) throw packageError('conflict-in-package');
      spenders.set(key, tx);
    }
  }
}

/** Whether the last transaction spends from each of those before it. */
export function isChildWithParents(transactions: readonly Transaction[]): boolean {
  const child = transactions.at(-1);
  if (child === undefined || transactions.length < 2) return false;
  const spent = new ByteSet();
  for (const { prevout } of child.inputs) spent.add(prevout.txid);
  return transactions.slice(0, -1).every((tx) => spent.has(txid(tx)));
}

export function packageError(code: string, details = ''): RuleError {
  return new RuleError(code, 'policy', details);
}
