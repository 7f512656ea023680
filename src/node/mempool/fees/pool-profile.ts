import { MAX_BLOCK_WEIGHT, WITNESS_SCALE_FACTOR } from '../../../protocol/consensus/limits.ts';
import type { MempoolEntry } from '../mempool-entry.ts';
import { feeBucketOf, feeBuckets } from './fee-buckets.ts';

/** What blocks have room for, with some space for the header and the coinbase. */
const BLOCK_VSIZE = MAX_BLOCK_WEIGHT / WITNESS_SCALE_FACTOR - 2_000;

/** What of a transaction in the pool tells where it stands in the queue. */
export type QueuedTx = Pick<MempoolEntry, 'fee' | 'vsize' | 'ancestorFees' | 'ancestorVsize'>;

/**
 * How much of the pool pays how much, kept as transactions come and go, so that a question costs the
 * same however many there are.
 */
export class PoolProfile {
  readonly #vsizes = new Float64Array(feeBuckets.length);
  readonly #buckets = new Map<QueuedTx, number>();

  add(tx: QueuedTx): void {
    if (this.#buckets.has(tx)) return;
    const bucket = feeBucketOf(queueRate(tx));
    this.#buckets.set(tx, bucket);
    this.#vsizes[bucket] = (this.#vsizes[bucket] as number) + tx.vsize;
  }

  remove(tx: QueuedTx): void {
    const bucket = this.#buckets.get(tx);
    if (bucket === undefined) return;
    this.#buckets.delete(tx);
    this.#vsizes[bucket] = (this.#vsizes[bucket] as number) - tx.vsize;
  }

  /**
   * The rate that is above those that so many blocks leave behind; undefined if they leave nothing.
   *
   * @example
   * profile.rateWithin(2) // 5_253.3, satoshis for 1,000 virtual bytes
   */
  rateWithin(blocks: number): number | undefined {
    let room = blocks * BLOCK_VSIZE;
    for (let bucket = feeBuckets.length - 1; bucket >= 0; bucket--) {
      room -= this.#vsizes[bucket] as number;
      if (room < 0) return boundOf(bucket);
    }
    return undefined;
  }
}

/** A child is mined no sooner than its parents, so their fees count where they pay less. */
function queueRate({ fee, vsize, ancestorFees, ancestorVsize }: QueuedTx): number {
  return Math.min(
    (Number(fee) * 1000) / vsize,
    (Number(ancestorFees) * 1000) / Math.max(ancestorVsize, 1),
  );
}

/** The last bucket has no bound; what is above all others is enough there. */
function boundOf(bucket: number): number {
  return feeBuckets[Math.min(bucket, feeBuckets.length - 2)] as number;
}
