/**
 * Which transactions go into a block: those that pay the highest rate, together with what they depend
 * on, as Bitcoin Core's `BlockAssembler` chooses them.
 */
import { compareBytes } from '../../protocol/bytes/compare.ts';
import { WITNESS_SCALE_FACTOR } from '../../protocol/consensus/limits.ts';
import { ModifiedPackages, type WaitingPackage } from './modified-packages.ts';
import { feeAt } from './policy/fee-rate.ts';
import type { PoolEntry } from './pool-entry.ts';
import type { PoolGraph } from './pool-graph.ts';

export interface BlockSpace {
  /** What the transactions weigh together has to stay below. */
  readonly maxWeight: number;
  readonly maxSigopCost: number;
  readonly maxCount: number;
  /** Satoshis for 1,000 virtual bytes, for a transaction with what it depends on. */
  readonly minFeeRate: bigint;
  readonly isFinal: (entry: PoolEntry) => boolean;
}

/** When so many in a row did not fit, and the block is nearly full, looking on is not worth it. */
const MOST_FAILURES = 1000;
const NEARLY_FULL = 4000;

/**
 * Chooses transactions for a block, each behind those that it depends on. It takes time for those that
 * it takes and tries, and none for the rest of the pool.
 */
export function selectTransactions(graph: PoolGraph, space: BlockSpace): readonly PoolEntry[] {
  return new Selection(graph, space).run();
}

/** A block in the making. */
class Selection {
  readonly #graph: PoolGraph;
  readonly #space: BlockSpace;
  readonly #chosen = new Set<PoolEntry>();
  readonly #failed = new Set<PoolEntry>();
  /** Those of which some ancestors are in the block already, so that the rest pays another rate. */
  readonly #modified = new ModifiedPackages();
  #weight = 0;
  #sigopCost = 0;
  #failures = 0;

  constructor(graph: PoolGraph, space: BlockSpace) {
    this.#graph = graph;
    this.#space = space;
  }

  run(): readonly PoolEntry[] {
    const waiting = this.#graph.inMiningOrder()[Symbol.iterator]();
    let next = this.#skip(waiting);
    for (;;) {
      const modified = this.#modified.best;
      if (next === undefined && modified === undefined) break;
      const takesModified =
        next === undefined || (modified !== undefined && isBetter(modified, next));
      const best = takesModified ? (modified as WaitingPackage) : wholePackage(next as PoolEntry);
      if (best.fees < feeAt(this.#space.minFeeRate, best.vsize)) break;
      this.#modified.remove(best.entry);
      if (!this.#tryToAdd(best)) {
        this.#failed.add(best.entry);
        if (this.#isHopeless()) break;
      }
      if (next !== undefined && this.#isDone(next)) next = this.#skip(waiting);
    }
    return [...this.#chosen];
  }

  /** The next of the pool that has not been dealt with, and pays what it always paid. */
  #skip(waiting: Iterator<PoolEntry>): PoolEntry | undefined {
    for (let { done, value } = waiting.next(); done !== true; { done, value } = waiting.next()) {
      if (!this.#isDone(value)) return value;
    }
    return undefined;
  }

  #isDone(entry: PoolEntry): boolean {
    return this.#chosen.has(entry) || this.#failed.has(entry) || this.#modified.has(entry);
  }

  #tryToAdd(best: WaitingPackage): boolean {
    const { maxWeight, maxSigopCost, maxCount, isFinal } = this.#space;
    // Of the package only the size is known, so this counts a little too much.
    const fits =
      this.#weight + WITNESS_SCALE_FACTOR * best.vsize < maxWeight &&
      this.#sigopCost + best.sigopCost < maxSigopCost &&
      this.#chosen.size + best.count <= maxCount;
    if (!fits) {
      this.#failures++;
      return false;
    }
    const added = this.#graph
      .ancestors(best.entry)
      .filter((ancestor) => !this.#chosen.has(ancestor));
    added.push(best.entry);
    if (!added.every(isFinal)) return false;
    this.#failures = 0;
    // Whoever depends on another has more ancestors than that one.
    added.sort((a, b) => a.ancestorCount - b.ancestorCount);
    for (const entry of added) {
      this.#chosen.add(entry);
      this.#modified.remove(entry);
      this.#weight += entry.weight;
      this.#sigopCost += entry.sigopCost;
    }
    for (const entry of added) this.#updateDescendants(entry);
    return true;
  }

  #updateDescendants(added: PoolEntry): void {
    if (added.children.size === 0) return;
    for (const descendant of this.#graph.descendants(added)) {
      if (!this.#chosen.has(descendant)) this.#modified.takeOut(descendant, added);
    }
  }

  #isHopeless(): boolean {
    return this.#failures > MOST_FAILURES && this.#weight > this.#space.maxWeight - NEARLY_FULL;
  }
}

function wholePackage(entry: PoolEntry): WaitingPackage {
  return {
    entry,
    count: entry.ancestorCount,
    vsize: entry.ancestorVsize,
    fees: entry.ancestorFees,
    sigopCost: entry.ancestorSigopCost,
    score: entry.miningScore,
  };
}

function isBetter(modified: WaitingPackage, next: PoolEntry): boolean {
  if (modified.score !== next.miningScore) return modified.score > next.miningScore;
  return compareBytes(modified.entry.txid, next.txid) < 0;
}
