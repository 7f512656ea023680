import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { compareBytes } from '../../protocol/bytes/compare.ts';
import { type CoinKey, coinKey } from '../../protocol/consensus/coin.ts';
import type { Txid, Wtxid } from '../../protocol/primitives/hashes.ts';
import { EntryHeap } from './entry-heap.ts';
import type { PoolEntry } from './pool-entry.ts';

/**
 * The transactions of the pool, who spends from whom, and the orders that they are wanted in. It knows
 * no rules. Whatever changes costs as much as there are relatives of what changes, and the logarithm
 * of all the others.
 */
export class PoolGraph {
  readonly #byTxid: ByteMap<PoolEntry>;
  readonly #byWtxid: ByteMap<PoolEntry>;
  readonly #spenders: ByteMap<PoolEntry>;
  /** The one that is worth least first: it goes when there is no room. */
  readonly #keeping = new EntryHeap(0, isWorthLess);
  /** The one that a miner wants most first. */
  readonly #mining = new EntryHeap(1, isMinedBefore);
  /** The oldest first. */
  readonly #ages = new EntryHeap(2, (a, b) => a.time < b.time);
  #visit = 0;
  #totalVsize = 0;
  #totalFees = 0n;
  #usageBytes = 0;

  /** @param seed of the tables: a random number of 32 bits */
  constructor(seed: number) {
    this.#byTxid = new ByteMap(seed);
    this.#byWtxid = new ByteMap(seed ^ 1);
    this.#spenders = new ByteMap(seed ^ 2);
  }

  get size(): number {
    return this.#keeping.size;
  }

  get totalVsize(): number {
    return this.#totalVsize;
  }

  get totalFees(): bigint {
    return this.#totalFees;
  }

  get usageBytes(): number {
    return this.#usageBytes;
  }

  get leastWorth(): PoolEntry | undefined {
    return this.#keeping.first;
  }

  get oldest(): PoolEntry | undefined {
    return this.#ages.first;
  }

  get(txid: Uint8Array): PoolEntry | undefined {
    return this.#byTxid.get(txid);
  }

  getByWtxid(wtxid: Wtxid): PoolEntry | undefined {
    return this.#byWtxid.get(wtxid);
  }

  spender(key: CoinKey): PoolEntry | undefined {
    return this.#spenders.get(key);
  }

  /** Those that spend an output of a transaction, be that in the pool or not. */
  spendersOf(txid: Txid, outputs: number): ReadonlySet<PoolEntry> {
    const found = new Set<PoolEntry>();
    for (let vout = 0; vout < outputs; vout++) {
      const spender = this.#spenders.get(coinKey({ txid, vout }));
      if (spender !== undefined) found.add(spender);
    }
    return found;
  }

  entries(): IterableIterator<PoolEntry> {
    return this.#byTxid.values();
  }

  /** All of them, in the order in which a miner wants them. Nothing must change meanwhile. */
  inMiningOrder(): Iterable<PoolEntry> {
    return this.#mining.inOrder();
  }

  /**
   * Adds a transaction. `orphans`: those that spend from it may have come before it, as after a
   * reorganisation, and are to be looked for.
   */
  add(entry: PoolEntry, { orphans = false } = {}): void {
    this.#byTxid.set(entry.txid, entry);
    this.#byWtxid.set(entry.wtxid, entry);
    for (const key of entry.spends) this.#spenders.set(key, entry);
    this.#totalVsize += entry.vsize;
    this.#totalFees += entry.fee;
    this.#usageBytes += entry.usageBytes;
    for (const { prevout } of entry.tx.inputs) {
      const parent = this.#byTxid.get(prevout.txid);
      if (parent !== undefined) entry.addParent(parent);
    }
    if (orphans) {
      const children = this.spendersOf(entry.txid, entry.tx.outputs.length);
      for (const child of children) child.addParent(entry);
    }
    this.#countIn(entry);
    this.#keeping.add(entry);
    this.#mining.add(entry);
    this.#ages.add(entry);
  }

  /** Removes some transactions, and leaves those that spend from them. */
  remove(entries: readonly PoolEntry[]): void {
    const going = this.#newVisit();
    for (const entry of entries) entry.visit = going;
    const toCount = entries.filter((entry) => this.#countOut(entry, going));
    for (const entry of entries) {
      this.#byTxid.delete(entry.txid);
      this.#byWtxid.delete(entry.wtxid);
      for (const key of entry.spends) this.#spenders.delete(key);
      this.#totalVsize -= entry.vsize;
      this.#totalFees -= entry.fee;
      this.#usageBytes -= entry.usageBytes;
      this.#keeping.remove(entry);
      this.#mining.remove(entry);
      this.#ages.remove(entry);
    }
    if (toCount.length === 0) {
      for (const entry of entries) entry.unlink();
      return;
    }
    // Those in the middle connected others, which may now be strangers.
    const above = new Set<PoolEntry>();
    const below = new Set<PoolEntry>();
    for (const entry of toCount) {
      for (const ancestor of this.ancestors(entry)) above.add(ancestor);
      for (const descendant of this.descendants(entry)) below.add(descendant);
    }
    for (const entry of entries) entry.unlink();
    for (const entry of entries) {
      above.delete(entry);
      below.delete(entry);
    }
    for (const entry of above) this.#recountDescendants(entry);
    for (const entry of below) this.#recountAncestors(entry);
  }

  /** All that a transaction depends on, without itself. */
  ancestors(entry: PoolEntry): PoolEntry[] {
    return this.ancestorsOf(entry.parents);
  }

  /** Some transactions, and all that they depend on. */
  ancestorsOf(entries: Iterable<PoolEntry>): PoolEntry[] {
    return this.#walk(entries, (entry) => entry.parents);
  }

  /** All that depends on a transaction, without itself. */
  descendants(entry: PoolEntry): PoolEntry[] {
    return this.descendantsOf(entry.children);
  }

  /** Some transactions, and all that depends on them: the nearer ones first. */
  descendantsOf(entries: Iterable<PoolEntry>): PoolEntry[] {
    return this.#walk(entries, (entry) => entry.children);
  }

  /** Changes what a transaction counts as paying. */
  changeFee(entry: PoolEntry, delta: bigint): void {
    entry.modifiedFee += delta;
    entry.ancestorFees += delta;
    entry.descendantFees += delta;
    this.#moveBoth(entry);
    for (const ancestor of this.ancestors(entry)) {
      ancestor.descendantFees += delta;
      this.#moveKeeping(ancestor);
    }
    for (const descendant of this.descendants(entry)) {
      descendant.ancestorFees += delta;
      this.#moveMining(descendant);
    }
  }

  #newVisit(): number {
    this.#visit++;
    return this.#visit;
  }

  #walk(
    from: Iterable<PoolEntry>,
    next: (entry: PoolEntry) => ReadonlySet<PoolEntry>,
  ): PoolEntry[] {
    const visit = this.#newVisit();
    const found: PoolEntry[] = [];
    for (const entry of from) {
      if (entry.visit === visit) continue;
      entry.visit = visit;
      found.push(entry);
    }
    for (let i = 0; i < found.length; i++) {
      for (const relative of next(found[i] as PoolEntry)) {
        if (relative.visit === visit) continue;
        relative.visit = visit;
        found.push(relative);
      }
    }
    return found;
  }

  #countIn(entry: PoolEntry): void {
    if (entry.parents.size === 0 && entry.children.size === 0) return;
    const ancestors = this.ancestors(entry);
    const descendants = this.descendants(entry);
    if (descendants.length === 0) {
      for (const ancestor of ancestors) {
        entry.countAncestor(ancestor, 1);
        ancestor.countDescendant(entry, 1);
        this.#moveKeeping(ancestor);
      }
      entry.updateMiningScore();
      return;
    }
    // It connects those above with those below, some of which may have been connected before.
    this.#recountAncestors(entry, false);
    this.#recountDescendants(entry, false);
    for (const ancestor of ancestors) this.#recountDescendants(ancestor);
    for (const descendant of descendants) this.#recountAncestors(descendant);
  }

  /** Takes an entry out of the sums of those that stay. True if they have to be counted anew. */
  #countOut(entry: PoolEntry, going: number): boolean {
    const { parents, children } = entry;
    if (parents.size === 0 && children.size === 0) return false;
    const ancestors = this.#staying(entry, going, (each) => each.parents);
    const descendants = this.#staying(entry, going, (each) => each.children);
    if (ancestors.length > 0 && descendants.length > 0) return true;
    for (const ancestor of ancestors) {
      ancestor.countDescendant(entry, -1);
      this.#moveKeeping(ancestor);
    }
    for (const descendant of descendants) {
      descendant.countAncestor(entry, -1);
      this.#moveMining(descendant);
    }
    return false;
  }

  /** A walk that does not touch the marks of those that go. */
  #staying(
    entry: PoolEntry,
    going: number,
    next: (entry: PoolEntry) => ReadonlySet<PoolEntry>,
  ): PoolEntry[] {
    const seen = new Set<PoolEntry>(next(entry));
    for (const found of seen) for (const relative of next(found)) seen.add(relative);
    return [...seen].filter(({ visit }) => visit !== going);
  }

  #recountAncestors(entry: PoolEntry, isIn = true): void {
    entry.ancestorCount = 1;
    entry.ancestorVsize = entry.vsize;
    entry.ancestorFees = entry.modifiedFee;
    entry.ancestorSigopCost = entry.sigopCost;
    for (const ancestor of this.ancestors(entry)) entry.countAncestor(ancestor, 1);
    if (isIn) this.#moveMining(entry);
    else entry.updateMiningScore();
  }

  #recountDescendants(entry: PoolEntry, isIn = true): void {
    entry.descendantCount = 1;
    entry.descendantVsize = entry.vsize;
    entry.descendantFees = entry.modifiedFee;
    for (const descendant of this.descendants(entry)) entry.countDescendant(descendant, 1);
    if (isIn) this.#moveKeeping(entry);
    else entry.updateKeepingScore();
  }

  #moveBoth(entry: PoolEntry): void {
    this.#moveMining(entry);
    this.#moveKeeping(entry);
  }

  #moveMining(entry: PoolEntry): void {
    entry.updateMiningScore();
    this.#mining.move(entry);
  }

  #moveKeeping(entry: PoolEntry): void {
    entry.updateKeepingScore();
    this.#keeping.move(entry);
  }
}

/** Of two that are worth the same, the one that came last goes first. */
function isWorthLess(a: PoolEntry, b: PoolEntry): boolean {
  if (a.keepingScore !== b.keepingScore) return a.keepingScore < b.keepingScore;
  return a.time > b.time;
}

/** Of two that pay the same, the lower id comes first, so that the order follows from the pool alone. */
function isMinedBefore(a: PoolEntry, b: PoolEntry): boolean {
  if (a.miningScore !== b.miningScore) return a.miningScore > b.miningScore;
  return compareBytes(a.txid, b.txid) < 0;
}
