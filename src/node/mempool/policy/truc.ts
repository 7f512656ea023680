/**
 * Version 3, "topologically restricted until confirmation" (BIP431): whoever asks for it may have one
 * unconfirmed parent or one unconfirmed child, a small one, and can in return always be replaced for a
 * price that is known. Contracts of two parties build on it.
 */
import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Txid, Wtxid } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import {
  TRUC_ANCESTOR_LIMIT,
  TRUC_CHILD_MAX_VSIZE,
  TRUC_DESCENDANT_LIMIT,
  TRUC_MAX_VSIZE,
  TRUC_VERSION,
} from './limits.ts';
import { PolicyError } from './policy-error.ts';

/** A transaction that wants to get in. */
export interface TrucTx {
  readonly tx: Transaction;
  readonly txid: Txid;
  readonly wtxid: Wtxid;
  readonly vsize: number;
}

/** One that is in the pool. Its counts include itself. A `MempoolEntry` is one. */
export interface TrucPoolTx extends Pick<TrucTx, 'tx' | 'txid' | 'wtxid'> {
  readonly ancestorCount: number;
  readonly descendantCount: number;
  readonly children: Iterable<TrucSibling>;
}

/** A child of the same parent. */
export interface TrucSibling {
  readonly txid: Txid;
  readonly ancestorCount: number;
}

/** Why version 3 does not allow a transaction. */
export interface TrucViolation<S extends TrucSibling = TrucSibling> {
  readonly error: PolicyError;
  /** The only other child, if there would be room with it gone: the fees may decide. */
  readonly sibling: S | undefined;
}

/**
 * What version 3 has to say against a transaction that comes by itself: Bitcoin Core's
 * `SingleTRUCChecks`. Undefined if nothing.
 *
 * @param ancestors All that are in the pool.
 * @param isConflict Whether it spends what this transaction of the pool spends, and would replace it.
 *
 * @example
 * const violation = checkSingleTruc(candidate, ancestors, (txid) => conflicts.has(txid));
 * if (violation?.sibling !== undefined) conflicts.add(violation.sibling.txid);
 */
export function checkSingleTruc<S extends TrucSibling>(
  candidate: TrucTx,
  ancestors: readonly (TrucPoolTx & { readonly children: Iterable<S> })[],
  isConflict: (txid: Txid) => boolean,
): TrucViolation<S> | undefined {
  for (const ancestor of ancestors) {
    const mixed = mixedVersions(candidate, ancestor);
    if (mixed !== undefined) return violation(mixed);
  }
  if (!isTruc(candidate.tx)) return undefined;
  if (candidate.vsize > TRUC_MAX_VSIZE) return violation(tooBig(candidate));
  if (ancestors.length + 1 > TRUC_ANCESTOR_LIMIT) return violation(tooManyAncestors(candidate));
  const parent = ancestors[0];
  if (parent === undefined) return undefined;
  if (parent.ancestorCount + 1 > TRUC_ANCESTOR_LIMIT) return violation(tooManyAncestors(candidate));
  if (candidate.vsize > TRUC_CHILD_MAX_VSIZE) return violation(childTooBig(candidate));
  const siblings = [...parent.children];
  // One that is going to be replaced is not counted twice. A reorganisation can leave several.
  if (siblings.some(({ txid }) => isConflict(txid))) return undefined;
  if (parent.descendantCount + 1 <= TRUC_DESCENDANT_LIMIT) return undefined;
  const sibling = parent.descendantCount === 2 ? siblings[0] : undefined;
  return {
    error: trucError(tooManyDescendants(parent)),
    sibling: sibling?.ancestorCount === 2 ? sibling : undefined,
  };
}

/**
 * The same for a transaction that comes in a package, where its parent or its child may be in the
 * package too: Bitcoin Core's `PackageTRUCChecks`.
 *
 * @param packageTxs The whole package, parents before children.
 * @param poolAncestors All of its ancestors that are in the pool.
 *
 * @example
 * for (const tx of packageTxs) checkPackageTruc(tx, packageTxs, poolAncestorsOf(tx))
 *
 * @throws {@link PolicyError} `TRUC-violation`.
 */
export function checkPackageTruc(
  candidate: TrucTx,
  packageTxs: readonly TrucTx[],
  poolAncestors: readonly TrucPoolTx[],
): void {
  const parents = parentsInPackage(candidate, packageTxs);
  if (isTruc(candidate.tx)) {
    const problem = familyProblem(candidate, packageTxs, parents, poolAncestors);
    if (problem !== undefined) throw trucError(problem);
    return;
  }
  for (const parent of [...poolAncestors, ...parents]) {
    const mixed = mixedVersions(candidate, parent);
    if (mixed !== undefined) throw trucError(mixed);
  }
}

function familyProblem(
  candidate: TrucTx,
  packageTxs: readonly TrucTx[],
  parents: readonly TrucTx[],
  poolAncestors: readonly TrucPoolTx[],
): string | undefined {
  if (candidate.vsize > TRUC_MAX_VSIZE) return tooBig(candidate);
  if (poolAncestors.length + parents.length + 1 > TRUC_ANCESTOR_LIMIT) {
    return tooManyAncestors(candidate);
  }
  const poolParent = poolAncestors[0];
  const parent = poolParent ?? parents[0];
  if (parent === undefined) return undefined;
  if (candidate.vsize > TRUC_CHILD_MAX_VSIZE) return childTooBig(candidate);
  const mixed = mixedVersions(candidate, parent);
  if (mixed !== undefined) return mixed;
  for (const other of packageTxs) {
    if (other === candidate) continue;
    for (const { prevout } of other.tx.inputs) {
      if (equalBytes(prevout.txid, parent.txid)) return tooManyDescendants(parent);
      if (equalBytes(prevout.txid, candidate.txid)) return tooManyAncestors(other);
    }
  }
  return poolParent !== undefined && poolParent.descendantCount > 1
    ? tooManyDescendants(poolParent)
    : undefined;
}

function parentsInPackage(candidate: TrucTx, packageTxs: readonly TrucTx[]): readonly TrucTx[] {
  const before = packageTxs.slice(0, Math.max(packageTxs.indexOf(candidate), 0));
  return before.filter(({ txid }) =>
    candidate.tx.inputs.some(({ prevout }) => equalBytes(prevout.txid, txid)),
  );
}

function isTruc(tx: Transaction): boolean {
  return tx.version === TRUC_VERSION;
}

function mixedVersions(child: Named, parent: Named): string | undefined {
  if (isTruc(child.tx) === isTruc(parent.tx)) return undefined;
  return isTruc(child.tx)
    ? `version=3 ${named(child)} cannot spend from non-version=3 ${named(parent)}`
    : `non-version=3 ${named(child)} cannot spend from version=3 ${named(parent)}`;
}

type Named = Pick<TrucTx, 'tx' | 'txid' | 'wtxid'>;

function named({ txid, wtxid }: Pick<Named, 'txid' | 'wtxid'>): string {
  return `tx ${toReversedHex(txid)} (wtxid=${toReversedHex(wtxid)})`;
}

function tooBig(tx: TrucTx): string {
  return `version=3 ${named(tx)} is too big: ${tx.vsize} > ${TRUC_MAX_VSIZE} virtual bytes`;
}

function childTooBig(tx: TrucTx): string {
  return `version=3 child ${named(tx)} is too big: ${tx.vsize} > ${TRUC_CHILD_MAX_VSIZE} virtual bytes`;
}

function tooManyAncestors(tx: Named): string {
  return `${named(tx)} would have too many ancestors`;
}

function tooManyDescendants(tx: Named): string {
  return `${named(tx)} would exceed descendant count limit`;
}

function trucError(details: string): PolicyError {
  return new PolicyError('TRUC-violation', 'mempool-policy', details);
}

function violation(details: string): TrucViolation<never> {
  return { error: trucError(details), sibling: undefined };
}
