/**
 * Replacement by a package: a parent and a child, which pay together for what they put out. Bitcoin
 * Core 28 allows it where everything involved is in families of two at most, because only there the
 * consequences for miners are easy to tell.
 */
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { MempoolEntry } from '../mempool-entry.ts';
import { feeRateOf, formatFeeRate } from './fee-rate.ts';
import { type Chunk, compareDiagrams, compareRates } from './fee-rate-diagram.ts';
import { PolicyError } from './policy-error.ts';
import { lowFeeProblem, sumOfFees, tooManyReplacedProblem } from './replacement.ts';

/** A transaction of the package. */
interface PackageMember {
  readonly txid: Txid;
  readonly modifiedFee: bigint;
  readonly vsize: number;
  /** How many of its ancestors are in the pool. */
  readonly poolAncestors: number;
}

export interface PackageReplacement {
  /** Parents before their child. */
  readonly members: readonly PackageMember[];
  /** Whether the last of them spends from all of the others. */
  readonly isChildWithParents: boolean;
  /** What spends the same as some member. */
  readonly direct: readonly MempoolEntry[];
  /** Those, and all that descend from them; asked for only when it is clear that they are not too many. */
  readonly all: () => readonly MempoolEntry[];
  readonly incrementalFeeRate: bigint;
}

/**
 * Whether a package may replace what it conflicts with, in Bitcoin Core's order.
 *
 * @example
 * checkPackageReplacement({ members: [parent, child], isChildWithParents: true, direct, all, incrementalFeeRate })
 *
 * @throws {@link PolicyError} `package RBF failed: …`.
 */
export function checkPackageReplacement(replacement: PackageReplacement): void {
  const { members, isChildWithParents, direct } = replacement;
  const [parent, child] = members;
  if (members.length !== 2 || !isChildWithParents || parent === undefined || child === undefined) {
    throw failed('package must be 1-parent-1-child');
  }
  if (members.some(({ poolAncestors }) => poolAncestors > 0)) {
    throw failed('new transaction cannot have mempool ancestors');
  }
  const tooMany = tooManyReplacedProblem(child.txid, direct);
  if (tooMany !== undefined) throw failed('too many potential replacements', tooMany);
  const all = replacement.all();
  const total: Chunk = {
    fee: parent.modifiedFee + child.modifiedFee,
    vsize: parent.vsize + child.vsize,
  };
  const fees = { replaced: sumOfFees(all), paid: total.fee, vsize: total.vsize };
  const tooLow = lowFeeProblem(child.txid, fees, replacement.incrementalFeeRate);
  if (tooLow !== undefined) throw failed('insufficient anti-DoS fees', tooLow);
  checkChildPays(parent, total);
  const problem = diagramProblem(total, direct, all);
  if (problem !== undefined) throw failed(problem);
}

/** Otherwise the parent would do better alone, and the child's fee would only buy the replacement. */
function checkChildPays(parent: PackageMember, total: Chunk): void {
  const parentRate = feeRateOf(parent.modifiedFee, parent.vsize);
  const packageRate = feeRateOf(total.fee, total.vsize);
  if (packageRate > parentRate) return;
  throw failed(
    'package feerate is less than or equal to parent feerate',
    `package feerate ${formatFeeRate(packageRate)} <= parent feerate is ${formatFeeRate(parentRate)}`,
  );
}

/** Whether miners would lose by it: with a chunk in the place of what it replaces. */
function diagramProblem(
  chunk: Chunk,
  direct: readonly MempoolEntry[],
  all: readonly MempoolEntry[],
): string | undefined {
  for (const entry of direct) {
    const problem = familyProblem(entry);
    if (problem !== undefined) return problem;
  }
  const before = all.flatMap(chunksWith);
  const after = [...direct.flatMap((entry) => chunksLeft(entry, all)), chunk];
  return compareDiagrams(after, before) === 'higher'
    ? undefined
    : 'insufficient feerate: does not improve feerate diagram';
}

/** Why a transaction is in no family of two. */
function familyProblem(entry: MempoolEntry): string | undefined {
  const { ancestorCount, descendantCount } = entry;
  const shown = toReversedHex(entry.txid);
  if (ancestorCount > 2) return `${shown} has ${ancestorCount - 1} ancestors, max 1 allowed`;
  if (descendantCount > 2) return `${shown} has ${descendantCount - 1} descendants, max 1 allowed`;
  if (ancestorCount > 1 && descendantCount > 1) {
    return `${shown} has both ancestor and descendant, exceeding cluster limit of 2`;
  }
  const [child] = entry.children;
  if (child !== undefined && child.ancestorCount > 2) {
    return `${shown} is not the only parent of child ${toReversedHex(child.txid)}`;
  }
  const [parent] = entry.parents;
  if (parent !== undefined && parent.descendantCount > 2) {
    return `${shown} is not the only child of parent ${toReversedHex(parent.txid)}`;
  }
  return undefined;
}

/** The chunks of a family that is going to be replaced, counted once, by its last member. */
function chunksWith(entry: MempoolEntry): readonly Chunk[] {
  if (entry.descendantCount > 1) return [];
  const own: Chunk = chunkOf(entry);
  if (entry.ancestorCount === 1) return [own];
  const family: Chunk = { fee: entry.ancestorFees, vsize: entry.ancestorVsize };
  if (compareRates(own, family) > 0) return [family];
  return [{ fee: family.fee - own.fee, vsize: family.vsize - own.vsize }, own];
}

/** A parent stays behind when only its child is replaced. */
function chunksLeft(entry: MempoolEntry, all: readonly MempoolEntry[]): readonly Chunk[] {
  const [parent] = entry.parents;
  return parent === undefined || all.includes(parent) ? [] : [chunkOf(parent)];
}

function chunkOf({ modifiedFee, vsize }: MempoolEntry): Chunk {
  return { fee: modifiedFee, vsize };
}

function failed(reason: string, details = ''): PolicyError {
  return new PolicyError(`package RBF failed: ${reason}`, 'mempool-policy', details);
}
