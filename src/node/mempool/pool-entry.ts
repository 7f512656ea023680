import type { CoinKey } from '../../protocol/consensus/coin.ts';
import type { SequenceLocks } from '../../protocol/consensus/lock-time.ts';
import type { Txid, Wtxid } from '../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../protocol/primitives/transaction-id.ts';
import type { MempoolEntry } from './mempool-entry.ts';

/** What is known of a transaction before it is in the pool. */
export interface EntryFacts {
  readonly tx: Transaction;
  readonly fee: bigint;
  readonly feeDelta: bigint;
  readonly weight: number;
  readonly vsize: number;
  readonly sigopCost: number;
  readonly time: number;
  readonly height: number;
  readonly sequence: number;
  readonly usageBytes: number;
  /** The keys of the coins that it spends, in the order of its inputs. */
  readonly spends: readonly CoinKey[];
  readonly locks: SequenceLocks;
  /** The height of the youngest coinbase that it spends; -1 if it spends none. */
  readonly coinbaseHeight: number;
  /** The height of the youngest coin that it spends, as far as they are confirmed; -1 if none is. */
  readonly coinHeight: number;
}

type Relatives = Set<PoolEntry>;

/** Most transactions have no relatives in the pool, and need no sets for them. */
const NONE: ReadonlySet<PoolEntry> = new Set();

/** The entry as the pool itself sees it: its sums change when its relatives do. */
export class PoolEntry implements MempoolEntry {
  readonly tx: Transaction;
  readonly txid: Txid;
  readonly wtxid: Wtxid;
  readonly fee: bigint;
  readonly weight: number;
  readonly vsize: number;
  readonly sigopCost: number;
  readonly time: number;
  readonly height: number;
  readonly sequence: number;
  readonly usageBytes: number;
  readonly spends: readonly CoinKey[];
  readonly coinbaseHeight: number;
  readonly coinHeight: number;
  /** After a reorganisation they are calculated anew. */
  locks: SequenceLocks;
  modifiedFee: bigint;
  ancestorCount = 1;
  ancestorVsize: number;
  ancestorFees: bigint;
  ancestorSigopCost: number;
  descendantCount = 1;
  descendantVsize: number;
  descendantFees: bigint;
  /** The rate that a miner can count on: its own, or, if that is less, with its ancestors. */
  miningScore = 0;
  /** The rate that leaves with it: its own, or, if that is more, with its descendants. */
  keepingScore = 0;
  /** Where it is in each of the pool's heaps. */
  readonly places: number[] = [-1, -1, -1];
  /** The last walk through the pool that came by. */
  visit = 0;
  #parents: Relatives | undefined;
  #children: Relatives | undefined;

  /** `tx` and `feeDelta` where they are no longer what they were when the rest was found out. */
  constructor(facts: EntryFacts, tx = facts.tx, feeDelta = facts.feeDelta) {
    this.tx = tx;
    this.txid = txid(tx);
    this.wtxid = wtxid(tx);
    this.fee = facts.fee;
    this.weight = facts.weight;
    this.vsize = facts.vsize;
    this.sigopCost = facts.sigopCost;
    this.time = facts.time;
    this.height = facts.height;
    this.sequence = facts.sequence;
    this.usageBytes = facts.usageBytes;
    this.spends = facts.spends;
    this.locks = facts.locks;
    this.coinbaseHeight = facts.coinbaseHeight;
    this.coinHeight = facts.coinHeight;
    this.modifiedFee = facts.fee + feeDelta;
    this.ancestorVsize = this.vsize;
    this.ancestorFees = this.modifiedFee;
    this.ancestorSigopCost = this.sigopCost;
    this.descendantVsize = this.vsize;
    this.descendantFees = this.modifiedFee;
    this.updateMiningScore();
    this.updateKeepingScore();
  }

  get spendsCoinbase(): boolean {
    return this.coinbaseHeight >= 0;
  }

  get parents(): ReadonlySet<PoolEntry> {
    return this.#parents ?? NONE;
  }

  get children(): ReadonlySet<PoolEntry> {
    return this.#children ?? NONE;
  }

  addParent(parent: PoolEntry): void {
    this.#parents ??= new Set();
    this.#parents.add(parent);
    parent.#children ??= new Set();
    parent.#children.add(this);
  }

  /** Takes it out of the sets of its relatives; its own stay as they were, for whoever still asks. */
  unlink(): void {
    for (const parent of this.parents) parent.#children?.delete(this);
    for (const child of this.children) child.#parents?.delete(this);
  }

  /** Counts an ancestor in, or with a sign of -1 out. */
  countAncestor(other: PoolEntry, sign: 1 | -1): void {
    this.ancestorCount += sign;
    this.ancestorVsize += sign * other.vsize;
    this.ancestorFees += sign === 1 ? other.modifiedFee : -other.modifiedFee;
    this.ancestorSigopCost += sign * other.sigopCost;
  }

  /** Counts a descendant in, or with a sign of -1 out. */
  countDescendant(other: PoolEntry, sign: 1 | -1): void {
    this.descendantCount += sign;
    this.descendantVsize += sign * other.vsize;
    this.descendantFees += sign === 1 ? other.modifiedFee : -other.modifiedFee;
  }

  updateMiningScore(): void {
    const own = Number(this.modifiedFee) / this.vsize;
    this.miningScore = Math.min(own, Number(this.ancestorFees) / this.ancestorVsize);
  }

  updateKeepingScore(): void {
    const own = Number(this.modifiedFee) / this.vsize;
    this.keepingScore = Math.max(own, Number(this.descendantFees) / this.descendantVsize);
  }
}
