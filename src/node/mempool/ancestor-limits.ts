/** How large a family of transactions that wait for each other may become. */
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { MempoolOptions } from './mempool-options.ts';
import type { PoolEntry } from './pool-entry.ts';

export type FamilyLimits = Pick<
  MempoolOptions,
  'limitAncestorCount' | 'limitAncestorVsize' | 'limitDescendantCount' | 'limitDescendantVsize'
>;

/** What is about to join: one transaction, or some that are counted as if they were one. */
export interface Newcomer {
  readonly count: number;
  readonly vsize: number;
}

/** The ancestors, or why there would be too many of somebody. */
export type AncestorSearch =
  | { readonly kind: 'within'; readonly ancestors: readonly PoolEntry[] }
  | { readonly kind: 'too-long'; readonly problem: string };

const NO_ANCESTORS: AncestorSearch = { kind: 'within', ancestors: [] };

/**
 * Collects all that a newcomer with these parents depends on, and stops where a limit is reached: so
 * it never looks at more than the limit allows.
 */
function findAncestors(
  newcomer: Newcomer,
  parents: ReadonlySet<PoolEntry>,
  limits: FamilyLimits,
): AncestorSearch {
  if (parents.size === 0) return NO_ANCESTORS;
  const found = new Set<PoolEntry>(parents);
  let vsize = newcomer.vsize;
  // A set goes on to what is added while it is gone through.
  for (const ancestor of found) {
    vsize += ancestor.vsize;
    const problem = problemAt(ancestor, newcomer, vsize, limits);
    if (problem !== undefined) return { kind: 'too-long', problem };
    for (const parent of ancestor.parents) {
      found.add(parent);
      if (found.size + newcomer.count > limits.limitAncestorCount) {
        const limit = limits.limitAncestorCount;
        return { kind: 'too-long', problem: `too many unconfirmed ancestors [limit: ${limit}]` };
      }
    }
  }
  return { kind: 'within', ancestors: [...found] };
}

/** The same for one transaction, whose parents alone may be too many. */
export function findAncestorsOfOne(
  vsize: number,
  parents: ReadonlySet<PoolEntry>,
  limits: FamilyLimits,
): AncestorSearch {
  return tooManyParents(parents, 1, limits) ?? findAncestors({ count: 1, vsize }, parents, limits);
}

/** What is wrong with several transactions that come at once, whoever of them has these parents. */
export function packageLimitProblem(
  newcomers: Newcomer,
  parents: ReadonlySet<PoolEntry>,
  limits: FamilyLimits,
): string | undefined {
  const { count, vsize } = newcomers;
  const { limitAncestorCount, limitAncestorVsize, limitDescendantCount, limitDescendantVsize } =
    limits;
  if (count > limitAncestorCount) {
    return `package count ${count} exceeds ancestor count limit [limit: ${limitAncestorCount}]`;
  }
  if (count > limitDescendantCount) {
    return `package count ${count} exceeds descendant count limit [limit: ${limitDescendantCount}]`;
  }
  if (vsize > limitAncestorVsize) {
    return `package size ${vsize} exceeds ancestor size limit [limit: ${limitAncestorVsize}]`;
  }
  if (vsize > limitDescendantVsize) {
    return `package size ${vsize} exceeds descendant size limit [limit: ${limitDescendantVsize}]`;
  }
  const tooMany = tooManyParents(parents, count, limits);
  if (tooMany !== undefined) return tooMany.problem;
  const search = findAncestors(newcomers, parents, limits);
  // They need not depend on each other, so that this counts too much rather than too little.
  return search.kind === 'within' ? undefined : `possibly ${search.problem}`;
}

function tooManyParents(
  parents: ReadonlySet<PoolEntry>,
  count: number,
  { limitAncestorCount }: FamilyLimits,
): (AncestorSearch & { readonly kind: 'too-long' }) | undefined {
  if (parents.size + count <= limitAncestorCount) return undefined;
  const problem = `too many unconfirmed parents [limit: ${limitAncestorCount}]`;
  return { kind: 'too-long', problem };
}

function problemAt(
  ancestor: PoolEntry,
  newcomer: Newcomer,
  vsize: number,
  limits: FamilyLimits,
): string | undefined {
  const { limitAncestorVsize, limitDescendantCount, limitDescendantVsize } = limits;
  if (ancestor.descendantVsize + newcomer.vsize > limitDescendantVsize) {
    const shown = toReversedHex(ancestor.txid);
    return `exceeds descendant size limit for tx ${shown} [limit: ${limitDescendantVsize}]`;
  }
  if (ancestor.descendantCount + newcomer.count > limitDescendantCount) {
    const shown = toReversedHex(ancestor.txid);
    return `too many descendants for tx ${shown} [limit: ${limitDescendantCount}]`;
  }
  if (vsize > limitAncestorVsize) {
    return `exceeds ancestor size limit [limit: ${limitAncestorVsize}]`;
  }
  return undefined;
}
