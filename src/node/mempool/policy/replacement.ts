/**
 * Replacement by fee: a transaction that spends what others in the pool spend takes their place, if
 * that is in the interest of miners and does not let anybody flood the network for nothing. The rules
 * have the numbers of BIP125; its first, that a transaction has to announce that it may be replaced,
 * is gone, and the sixth, about rates, was never in it.
 *
 * `direct` are the transactions of the pool that spend the same; `all` are those and everything that
 * descends from them, which leave with them.
 */
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { formatMoney } from '../../../protocol/consensus/format-money.ts';
import { RuleError } from '../../../protocol/consensus/rule-error.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import type { MempoolEntry } from '../mempool-entry.ts';
import { feeAt, feeRateOf, formatFeeRate } from './fee-rate.ts';
import { MAX_REPLACEMENT_CANDIDATES } from './limits.ts';
import { PolicyError } from './policy-error.ts';

/** The transaction that wants in. */
interface ReplacementTx {
  readonly tx: Transaction;
  readonly txid: Txid;
  readonly modifiedFee: bigint;
  readonly vsize: number;
}

/** What it would put out. A `MempoolEntry` is one. */
export type ReplacedTx = Pick<
  MempoolEntry,
  'tx' | 'txid' | 'modifiedFee' | 'vsize' | 'descendantCount'
>;

export interface Replacement {
  readonly candidate: ReplacementTx;
  readonly direct: readonly ReplacedTx[];
  /** Asked for only when it is clear that they are not too many. */
  readonly all: () => readonly ReplacedTx[];
  readonly isInPool: (txid: Txid) => boolean;
  readonly incrementalFeeRate: bigint;
  /** Whether one of `direct` spends something else, and has to go because version 3 has room for one. */
  readonly siblingEviction?: boolean;
}

/**
 * Whether a single transaction may replace others: all of the rules, in Bitcoin Core's order.
 *
 * @example
 * checkReplacement({ candidate, direct, all: () => withDescendants(direct), isInPool, incrementalFeeRate })
 *
 * @throws {@link PolicyError} `insufficient fee`, `too many potential replacements` or
 * `replacement-adds-unconfirmed`, each with ` (including sibling eviction)` where that is so.
 */
export function checkReplacement(replacement: Replacement): void {
  const { candidate, direct, isInPool, incrementalFeeRate } = replacement;
  const { txid, modifiedFee, vsize } = candidate;
  const suffix = replacement.siblingEviction === true ? ' (including sibling eviction)' : '';
  const refuse = (
    problem: string | undefined,
    code: string,
    ground: 'mempool-policy' | 'reconsiderable',
  ) => {
    if (problem !== undefined) throw new PolicyError(code + suffix, ground, problem);
  };
  refuse(lowerFeeRateProblem(candidate, direct), 'insufficient fee', 'reconsiderable');
  refuse(tooManyReplacedProblem(txid, direct), 'too many potential replacements', 'mempool-policy');
  const all = replacement.all();
  const unconfirmed = newUnconfirmedProblem(candidate, all, isInPool);
  refuse(unconfirmed, 'replacement-adds-unconfirmed', 'mempool-policy');
  const fees = { replaced: sumOfFees(all), paid: modifiedFee, vsize };
  refuse(lowFeeProblem(txid, fees, incrementalFeeRate), 'insufficient fee', 'reconsiderable');
}

/**
 * Whether a transaction would spend the outputs of one that it conflicts with: a contradiction, and
 * no policy.
 *
 * @throws {@link RuleError} `bad-txns-spends-conflicting-tx`.
 */
export function checkSpendsNoConflict(
  txid: Txid,
  ancestors: Iterable<{ readonly txid: Txid }>,
  isConflict: (txid: Txid) => boolean,
): void {
  for (const ancestor of ancestors) {
    if (!isConflict(ancestor.txid)) continue;
    const details = `${toReversedHex(txid)} spends conflicting transaction ${toReversedHex(ancestor.txid)}`;
    throw new RuleError('bad-txns-spends-conflicting-tx', 'invalid', details);
  }
}

/** Rule 6: it pays a higher rate than each of those that it conflicts with directly. */
function lowerFeeRateProblem(
  { txid, modifiedFee, vsize }: Omit<ReplacementTx, 'tx'>,
  direct: Iterable<Pick<ReplacedTx, 'modifiedFee' | 'vsize'>>,
): string | undefined {
  const newRate = feeRateOf(modifiedFee, vsize);
  for (const replaced of direct) {
    const oldRate = feeRateOf(replaced.modifiedFee, replaced.vsize);
    if (newRate <= oldRate) {
      return (
        `rejecting replacement ${toReversedHex(txid)}; ` +
        `new feerate ${formatFeeRate(newRate)} <= old feerate ${formatFeeRate(oldRate)}`
      );
    }
  }
  return undefined;
}

/** Rule 5: not too many leave. A common descendant counts more than once, which costs nothing to find out. */
export function tooManyReplacedProblem(
  txid: Txid,
  direct: Iterable<Pick<ReplacedTx, 'descendantCount'>>,
): string | undefined {
  let count = 0;
  for (const { descendantCount } of direct) {
    count += descendantCount;
    if (count > MAX_REPLACEMENT_CANDIDATES) {
      return (
        `rejecting replacement ${toReversedHex(txid)}; ` +
        // Core 28 ends this one with a line break, and it is told by RPC with it.
        `too many potential replacements (${count} > ${MAX_REPLACEMENT_CANDIDATES})\n`
      );
    }
  }
  return undefined;
}

/** Rule 2: it waits for no other unconfirmed transaction than those that were waited for before. */
function newUnconfirmedProblem(
  { tx, txid }: Pick<ReplacementTx, 'tx' | 'txid'>,
  replaced: readonly Pick<ReplacedTx, 'tx'>[],
  isInPool: (txid: Txid) => boolean,
): string | undefined {
  let waitedFor: ReadonlySet<string> | undefined;
  const index = tx.inputs.findIndex(({ prevout }) => {
    if (!isInPool(prevout.txid)) return false;
    waitedFor ??= parentsOf(replaced);
    return !waitedFor.has(keyOf(prevout.txid));
  });
  if (index < 0) return undefined;
  return `replacement ${toReversedHex(txid)} adds unconfirmed input, idx ${index}`;
}

/** Strangers choose how many inputs there are to be compared, so they are looked up in a set. */
function parentsOf(txs: readonly Pick<ReplacedTx, 'tx'>[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { tx } of txs) for (const { prevout } of tx.inputs) keys.add(keyOf(prevout.txid));
  return keys;
}

function keyOf(txid: Txid): string {
  return String.fromCharCode(...txid);
}

/** What a replacement pays, and what leaves the pool with those that it replaces. */
export interface ReplacementFees {
  readonly replaced: bigint;
  readonly paid: bigint;
  readonly vsize: number;
}

/** Rules 3 and 4: it pays for all that leave, and on top for its own way through the network. */
export function lowFeeProblem(
  txid: Txid,
  { replaced, paid, vsize }: ReplacementFees,
  incrementalFeeRate: bigint,
): string | undefined {
  const shown = `rejecting replacement ${toReversedHex(txid)}`;
  if (paid < replaced) {
    return `${shown}, less fees than conflicting txs; ${formatMoney(paid)} < ${formatMoney(replaced)}`;
  }
  const additional = paid - replaced;
  const least = feeAt(incrementalFeeRate, vsize);
  if (additional >= least) return undefined;
  return (
    `${shown}, not enough additional fees to relay; ` +
    `${formatMoney(additional)} < ${formatMoney(least)}`
  );
}

/** The modified fees of several transactions together. */
export function sumOfFees(txs: Iterable<Pick<ReplacedTx, 'modifiedFee'>>): bigint {
  let sum = 0n;
  for (const { modifiedFee } of txs) sum += modifiedFee;
  return sum;
}
