import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { feeRateOf } from '../policy/fee-rate.ts';
import { ConfirmationStats, type Horizon, type MedianEstimate } from './confirmation-stats.ts';
import { feeBucketOf } from './fee-buckets.ts';

/** `short` looks back for hours, `medium` for a day, `long` for weeks. */
export type HorizonName = 'short' | 'medium' | 'long';

/** Half of the weight is from the last 18 blocks, 144 blocks and 1,008 blocks. */
const HORIZONS: Readonly<Record<HorizonName, Horizon>> = {
  short: { periods: 12, scale: 1, decay: 0.962 },
  medium: { periods: 24, scale: 2, decay: 0.9952 },
  long: { periods: 42, scale: 24, decay: 0.99931 },
};

/** How many transactions a block make a range of rates large enough; over hours it takes more of them. */
const SUFFICIENT_TXS: Readonly<Record<HorizonName, number>> = {
  short: 0.5,
  medium: 0.1,
  long: 0.1,
};

const HALF_SUCCESS = 0.6;
const SUCCESS = 0.85;
const DOUBLE_SUCCESS = 0.95;

/** Blocks after which what an earlier run saved says nothing any more. */
const OLDEST_HISTORY = 6 * 1008;

/** `economical` goes down quickly when the pool empties, `conservative` waits for that to last. */
export type EstimateMode = 'economical' | 'conservative';

/** A transaction that comes into the pool. A `MempoolEntry` is one. */
export interface SeenTx {
  readonly txid: Txid;
  readonly fee: bigint;
  readonly vsize: number;
  /** Of the tip at that moment. */
  readonly height: number;
}

/** What of several questions gave the answer, as Core has it: `Half Target 60% Threshold` and so on. */
type EstimateReason = 'half' | 'full' | 'double' | 'conservative';

export interface SmartEstimate {
  /** Satoshis for 1,000 virtual bytes; undefined where there is not enough to go by. */
  readonly feeRate: bigint | undefined;
  /** The target that the answer is for: not the one that was asked for, where that cannot be told. */
  readonly blocks: number;
  readonly reason: EstimateReason | undefined;
  readonly details: MedianEstimate | undefined;
}

export interface RawEstimate extends Omit<MedianEstimate, 'feeRate'> {
  readonly feeRate: bigint | undefined;
}

/** The heights that a history covers; both zero if it covers nothing. */
export interface HistorySpan {
  readonly first: number;
  readonly best: number;
}

interface Tracked {
  readonly height: number;
  readonly bucket: number;
  readonly feeRate: number;
}

/**
 * What fees have bought: how long transactions that came into this pool took to be confirmed, by the
 * fee rate they paid. Bitcoin Core's `CBlockPolicyEstimator`, to the same answers.
 *
 * @example
 * history.add(entry);
 * history.connectBlock(101, txidsOf(block));
 * history.estimateSmart(6, 'economical').feeRate // 12_345n, some hundred blocks later
 */
export class FeeHistory {
  readonly stats: Readonly<Record<HorizonName, ConfirmationStats>> = {
    short: new ConfirmationStats(HORIZONS.short),
    medium: new ConfirmationStats(HORIZONS.medium),
    long: new ConfirmationStats(HORIZONS.long),
  };
  readonly #all = Object.values(this.stats);
  readonly #tracked: ByteMap<Tracked>;
  #bestHeight = 0;
  #firstRecorded = 0;
  #saved: HistorySpan = { first: 0, best: 0 };

  /** @param seed drawn at random, because strangers choose the ids that are looked up */
  constructor(seed: number) {
    this.#tracked = new ByteMap(seed);
  }

  /** The height of the last block that was looked at. */
  get bestHeight(): number {
    return this.#bestHeight;
  }

  /** How many transactions are followed. */
  get trackedCount(): number {
    return this.#tracked.size;
  }

  /** A transaction has come, and says something about fees: its own fee is what will get it in. */
  add({ txid, fee, vsize, height }: SeenTx): void {
    // Seen from another tip than the last block here, it would be counted with a wrong age.
    if (height !== this.#bestHeight || this.#tracked.has(txid)) return;
    const feeRate = Number(feeRateOf(fee, vsize));
    const bucket = feeBucketOf(feeRate);
    this.#tracked.set(txid, { height, bucket, feeRate });
    for (const stats of this.#all) stats.add(height, bucket);
  }

  /** A transaction has left the pool, and not into a block: whatever it paid was not enough. */
  remove(txid: Txid): void {
    this.#untrack(txid, false);
  }

  /** A block has been connected. Blocks that replace others are passed over until they reach further. */
  connectBlock(height: number, txids: Iterable<Txid>): void {
    if (height <= this.#bestHeight) return;
    this.#bestHeight = height;
    for (const stats of this.#all) stats.fade(height);
    let counted = 0;
    for (const txid of txids) {
      const tx = this.#untrack(txid, true);
      if (tx === undefined) continue;
      for (const stats of this.#all) stats.record(height - tx.height, tx.feeRate);
      if (height > tx.height) counted++;
    }
    if (this.#firstRecorded === 0 && counted > 0) this.#firstRecorded = height;
  }

  /** Before the history is saved: those that still wait have failed so far. */
  flushWaiting(): void {
    for (const txid of [...this.#tracked.keys()]) this.remove(txid as Txid);
  }

  /** The highest target that a horizon can be asked for. */
  highestTarget(horizon: HorizonName): number {
    return this.stats[horizon].maxTarget;
  }

  /**
   * The rate that one horizon gives for a target, and how it comes to it: `estimaterawfee`.
   *
   * @example
   * history.estimateRaw(2, 0.85, 'short')?.pass
   */
  estimateRaw(target: number, minSuccess: number, horizon: HorizonName): RawEstimate | undefined {
    if (target < 1 || target > this.highestTarget(horizon) || minSuccess > 1) return undefined;
    const estimate = this.#estimate(horizon, target, minSuccess);
    return { ...estimate, feeRate: toRate(estimate.feeRate) };
  }

  /**
   * The rate at which a transaction will probably be confirmed within so many blocks. It is the highest
   * of three: what gets 60 % in within half of the target, 85 % within it, 95 % within twice of it.
   *
   * @example
   * history.estimateSmart(2, 'economical') // { feeRate: 21_000n, blocks: 2, … }
   */
  estimateSmart(target: number, mode: EstimateMode): SmartEstimate {
    if (target < 1 || target > this.highestTarget('long')) return noEstimate(target);
    // The next block is nobody's to promise.
    const blocks = Math.min(Math.max(target, 2), this.#maxUsableTarget());
    if (blocks <= 1) return noEstimate(blocks);
    const conservative = mode === 'conservative';
    const half = this.#combined(Math.floor(blocks / 2), HALF_SUCCESS, true);
    let best: { reason: EstimateReason; estimate: MedianEstimate } = {
      reason: 'half',
      estimate: half,
    };
    const consider = (reason: EstimateReason, estimate: MedianEstimate): void => {
      if (rateOf(estimate) > rateOf(best.estimate)) best = { reason, estimate };
    };
    consider('full', this.#combined(blocks, SUCCESS, true));
    consider('double', this.#combined(2 * blocks, DOUBLE_SUCCESS, !conservative));
    if (conservative || rateOf(best.estimate) < 0) {
      consider('conservative', this.#conservative(2 * blocks));
    }
    const { reason, estimate } = best;
    return { feeRate: toRate(estimate.feeRate), blocks, reason, details: estimate };
  }

  /** The heights to save: those of this run, unless an earlier one says more. */
  span(): HistorySpan {
    return this.#blockSpan() > this.#savedSpan() / 2
      ? { first: this.#firstRecorded, best: this.#bestHeight }
      : this.#saved;
  }

  /** Goes on from what an earlier run saved; the stats have been restored. */
  resume(bestHeight: number, span: HistorySpan): void {
    this.#bestHeight = bestHeight;
    this.#saved = span;
  }

  #untrack(txid: Txid, inBlock: boolean): Tracked | undefined {
    const tx = this.#tracked.get(txid);
    if (tx === undefined) return undefined;
    this.#tracked.delete(txid);
    for (const stats of this.#all) stats.remove(tx.height, this.#bestHeight, tx.bucket, inBlock);
    return tx;
  }

  #blockSpan(): number {
    return this.#firstRecorded === 0 ? 0 : this.#bestHeight - this.#firstRecorded;
  }

  #savedSpan(): number {
    const { first, best } = this.#saved;
    return first === 0 || this.#bestHeight - best > OLDEST_HISTORY ? 0 : best - first;
  }

  /** For a longer target there have not been enough blocks in which a transaction could have failed. */
  #maxUsableTarget(): number {
    const span = Math.floor(Math.max(this.#blockSpan(), this.#savedSpan()) / 2);
    return Math.min(this.highestTarget('long'), span);
  }

  #estimate(horizon: HorizonName, target: number, minSuccess: number): MedianEstimate {
    const sufficientTxs = SUFFICIENT_TXS[horizon];
    return this.stats[horizon].estimate({
      target,
      sufficientTxs,
      minSuccess,
      height: this.#bestHeight,
    });
  }

  /**
   * By the shortest horizon that knows the target; and, if asked to, by what shorter ones say of the
   * longest target that they know, if that is less. So that a longer target is not the dearer one.
   */
  #combined(target: number, minSuccess: number, checkShorter: boolean): MedianEstimate {
    const { short, medium, long } = this.stats;
    if (target < 1 || target > long.maxTarget) return nothing;
    const horizon =
      target <= short.maxTarget ? 'short' : target <= medium.maxTarget ? 'medium' : 'long';
    let best = this.#estimate(horizon, target, minSuccess);
    if (!checkShorter) return best;
    for (const shorter of ['medium', 'short'] as const) {
      const { maxTarget } = this.stats[shorter];
      if (target <= maxTarget) continue;
      const other = this.#estimate(shorter, maxTarget, minSuccess);
      const rate = rateOf(other);
      if (rate > 0 && (rateOf(best) < 0 || rate < rateOf(best))) best = other;
    }
    return best;
  }

  /** What longer horizons than the usual one ask for, so that a quiet hour does not lower the answer. */
  #conservative(target: number): MedianEstimate {
    const { short, medium } = this.stats;
    let best = nothing;
    if (target <= short.maxTarget) best = this.#estimate('medium', target, DOUBLE_SUCCESS);
    if (target > medium.maxTarget) return best;
    const long = this.#estimate('long', target, DOUBLE_SUCCESS);
    return rateOf(long) > rateOf(best) ? long : best;
  }
}

const nothing: MedianEstimate = {
  feeRate: undefined,
  decay: 0,
  scale: 0,
  pass: undefined,
  fail: undefined,
};

function noEstimate(blocks: number): SmartEstimate {
  return { feeRate: undefined, blocks, reason: undefined, details: undefined };
}

/** No estimate is below every estimate. */
function rateOf({ feeRate }: MedianEstimate): number {
  return feeRate ?? -1;
}

function toRate(feeRate: number | undefined): bigint | undefined {
  return feeRate === undefined ? undefined : BigInt(Math.round(feeRate));
}
