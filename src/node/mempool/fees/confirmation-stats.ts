import { feeBucketOf, feeBuckets } from './fee-buckets.ts';

/** How far back somebody looks, and how closely. */
export interface Horizon {
  /** How many periods are told apart. */
  readonly periods: number;
  /** The blocks of a period. */
  readonly scale: number;
  /** What a block leaves of the weight of those before it. */
  readonly decay: number;
}

/** A range of fee rates, and what became of the transactions in it: counts, fading with time. */
interface FeeRange {
  /** Satoshis for 1,000 virtual bytes. */
  readonly start: number;
  readonly end: number;
  readonly withinTarget: number;
  readonly totalConfirmed: number;
  readonly inMempool: number;
  readonly leftMempool: number;
}

export interface MedianEstimate {
  /** Satoshis for 1,000 virtual bytes; undefined if nothing can be said. */
  readonly feeRate: number | undefined;
  readonly decay: number;
  readonly scale: number;
  /** The lowest range that is good enough. */
  readonly pass: FeeRange | undefined;
  /** The highest range that is not. */
  readonly fail: FeeRange | undefined;
}

/** What is asked: with this probability within so many blocks. */
export interface MedianQuestion {
  readonly target: number;
  /** How many transactions a block, on average, make a range large enough to judge it. */
  readonly sufficientTxs: number;
  readonly minSuccess: number;
  readonly height: number;
}

/** What is known of a bucket. Kept on the disk but for those that wait. */
export interface BucketHistory {
  txCount: number;
  feeRateSum: number;
  /** By period: how many were confirmed within it, or a shorter one. */
  readonly confirmed: Float64Array;
  /** By period: how many left the pool unconfirmed after it. */
  readonly failed: Float64Array;
}

interface BucketStats extends BucketHistory {
  /** Those that wait, by the height they came at, modulo its length. */
  readonly waiting: Int32Array;
  /** Those that have waited for longer than that. */
  waitingLonger: number;
}

/** What is counted of transactions, by bucket, while the range that they are judged in grows. */
interface Counts {
  withinTarget: number;
  totalConfirmed: number;
  inMempool: number;
  leftMempool: number;
}

/**
 * How long transactions of which fee rate took to be confirmed: Bitcoin Core's `TxConfirmStats`. All
 * counts fade with each block. Buckets are made when they are needed: most nodes see few of them.
 */
export class ConfirmationStats {
  readonly horizon: Horizon;
  readonly maxTarget: number;
  readonly #buckets: (BucketStats | undefined)[] = new Array(feeBuckets.length).fill(undefined);
  /** Those that there are: a block fades them all, and a chain that is downloaded has made none. */
  readonly #made: BucketStats[] = [];

  constructor(horizon: Horizon) {
    this.horizon = horizon;
    this.maxTarget = horizon.periods * horizon.scale;
  }

  /** A transaction has come, and waits from now on. */
  add(height: number, bucket: number): void {
    increment(this.#bucket(bucket).waiting, height % this.maxTarget, 1);
  }

  /** A transaction that came at a height waits no longer. */
  remove(cameAt: number, height: number, bucket: number, inBlock: boolean): void {
    const waited = height === 0 ? 0 : height - cameAt;
    if (waited < 0) return;
    const stats = this.#bucket(bucket);
    const row = cameAt % this.maxTarget;
    if (waited >= this.maxTarget) stats.waitingLonger = Math.max(stats.waitingLonger - 1, 0);
    else if ((stats.waiting[row] as number) > 0) increment(stats.waiting, row, -1);
    if (inBlock) return;
    // It has failed every target that it waited for in full.
    const missed = Math.min(Math.floor(waited / this.horizon.scale), this.horizon.periods);
    for (let period = 0; period < missed; period++) increment(stats.failed, period, 1);
  }

  /** A new block: what was counted so far counts for less. */
  fade(height: number): void {
    const { decay } = this.horizon;
    const row = height % this.maxTarget;
    for (const stats of this.#made) {
      stats.waitingLonger += stats.waiting[row] as number;
      stats.waiting[row] = 0;
      stats.txCount *= decay;
      stats.feeRateSum *= decay;
      scaleRow(stats.confirmed, decay);
      scaleRow(stats.failed, decay);
    }
  }

  /** A transaction has been confirmed, in so many blocks. */
  record(blocks: number, feeRate: number): void {
    if (blocks < 1) return;
    const stats = this.#bucket(feeBucketOf(feeRate));
    const first = Math.ceil(blocks / this.horizon.scale) - 1;
    for (let period = first; period < this.horizon.periods; period++) {
      increment(stats.confirmed, period, 1);
    }
    stats.txCount += 1;
    stats.feeRateSum += feeRate;
  }

  /**
   * The lowest fee rate that was good enough. From the top, ranges of buckets with enough transactions
   * are judged; the answer is out of the last that passed: the mean rate of the bucket in which the
   * median transaction is.
   */
  estimate(question: MedianQuestion): MedianEstimate {
    const { decay, scale } = this.horizon;
    const enough = question.sufficientTxs / (1 - decay);
    let counts = noCounts();
    let ranged = 0;
    let near = feeBuckets.length - 1;
    let isNew = true;
    let pass: FeeRange | undefined;
    let best: readonly [number, number] | undefined;
    let fail: FeeRange | undefined;
    for (let bucket = near; bucket >= 0; bucket--) {
      if (isNew) near = bucket;
      isNew = false;
      this.#count(counts, bucket, question);
      ranged += this.#txCount(bucket);
      if (ranged < enough) continue;
      ranged = 0;
      const all = counts.totalConfirmed + counts.leftMempool + counts.inMempool;
      if (counts.withinTarget / all < question.minSuccess) {
        fail ??= rangeOf(bucket, near, counts);
        continue;
      }
      fail = undefined;
      pass = rangeOf(bucket, near, counts);
      best = [bucket, near];
      counts = noCounts();
      isNew = true;
    }
    // What is left at the bottom is too little to pass.
    if (!isNew) fail ??= rangeOf(0, near, counts);
    return { feeRate: this.#median(best), decay, scale, pass, fail };
  }

  /** What is known of a bucket; undefined if nothing ever happened in it. */
  history(bucket: number): BucketHistory | undefined {
    return this.#buckets[bucket];
  }

  /** Takes over what an earlier run knew. Who was waiting then is not known any more. */
  restore(bucket: number, history: BucketHistory): void {
    Object.assign(this.#bucket(bucket), history);
  }

  #bucket(bucket: number): BucketStats {
    const known = this.#buckets[bucket];
    if (known !== undefined) return known;
    const stats = this.#newBucket();
    this.#buckets[bucket] = stats;
    this.#made.push(stats);
    return stats;
  }

  #newBucket(): BucketStats {
    const { periods } = this.horizon;
    return {
      txCount: 0,
      feeRateSum: 0,
      confirmed: new Float64Array(periods),
      failed: new Float64Array(periods),
      waiting: new Int32Array(this.maxTarget),
      waitingLonger: 0,
    };
  }

  #count(counts: Counts, bucket: number, { target, height }: MedianQuestion): void {
    const stats = this.#buckets[bucket];
    if (stats === undefined) return;
    const period = Math.ceil(target / this.horizon.scale) - 1;
    counts.withinTarget += stats.confirmed[period] as number;
    counts.totalConfirmed += stats.txCount;
    counts.leftMempool += stats.failed[period] as number;
    const rows = this.maxTarget;
    // Heights below zero, which a young chain has here, are rows that nobody waits in.
    for (let blocks = target; blocks < rows; blocks++) {
      counts.inMempool += stats.waiting[(((height - blocks) % rows) + rows) % rows] as number;
    }
    counts.inMempool += stats.waitingLonger;
  }

  #txCount(bucket: number): number {
    return this.#buckets[bucket]?.txCount ?? 0;
  }

  #median(best: readonly [number, number] | undefined): number | undefined {
    if (best === undefined) return undefined;
    const [low, high] = best;
    let left = 0;
    for (let bucket = low; bucket <= high; bucket++) left += this.#txCount(bucket);
    if (left === 0) return undefined;
    left /= 2;
    for (let bucket = low; bucket <= high; bucket++) {
      const stats = this.#buckets[bucket];
      if (stats === undefined) continue;
      if (stats.txCount >= left) return stats.feeRateSum / stats.txCount;
      left -= stats.txCount;
    }
    return undefined;
  }
}

function increment(row: Float64Array | Int32Array, index: number, by: number): void {
  row[index] = (row[index] as number) + by;
}

function scaleRow(row: Float64Array, factor: number): void {
  for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) * factor;
}

function noCounts(): Counts {
  return { withinTarget: 0, totalConfirmed: 0, inMempool: 0, leftMempool: 0 };
}

function rangeOf(low: number, high: number, counts: Counts): FeeRange {
  const start = low === 0 ? 0 : (feeBuckets[low - 1] as number);
  return { start, end: feeBuckets[high] as number, ...counts };
}
