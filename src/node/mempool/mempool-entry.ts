import type { Txid, Wtxid } from '../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';

/**
 * A transaction in the pool, and what is known of it. Sums over relatives include the transaction
 * itself, and are kept as they change. Fees in sums are modified ones.
 */
export interface MempoolEntry {
  readonly tx: Transaction;
  readonly txid: Txid;
  readonly wtxid: Wtxid;
  /** What it really pays, in satoshis. */
  readonly fee: bigint;
  /** What it counts as paying: somebody may have prioritised it. */
  readonly modifiedFee: bigint;
  readonly weight: number;
  /** Virtual bytes, more of them if it asks for many signature checks. */
  readonly vsize: number;
  readonly sigopCost: number;
  /** When it came, in seconds since 1970. */
  readonly time: number;
  /** The height of the tip when it came. */
  readonly height: number;
  /** Whether it spends a coinbase, which a reorganisation may make too young. */
  readonly spendsCoinbase: boolean;
  /** Counts up with each transaction that comes. */
  readonly sequence: number;
  /** Bytes of memory that it is counted with. */
  readonly usageBytes: number;
  readonly parents: ReadonlySet<MempoolEntry>;
  readonly children: ReadonlySet<MempoolEntry>;
  readonly ancestorCount: number;
  readonly ancestorVsize: number;
  readonly ancestorFees: bigint;
  readonly ancestorSigopCost: number;
  readonly descendantCount: number;
  readonly descendantVsize: number;
  readonly descendantFees: bigint;
}
