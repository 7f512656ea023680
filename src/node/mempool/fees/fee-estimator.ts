import { type Clock, unixTime } from '../../../outside/clock/clock.ts';
import type { Disk } from '../../../outside/disk/disk.ts';
import { DiskError } from '../../../outside/disk/disk-error.ts';
import { readFile, replaceFile } from '../../../outside/disk/whole-file.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { ByteSet } from '../../../protocol/bytes/byte-map.ts';
import { CodedError } from '../../../protocol/bytes/coded-error.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { ChainEvent } from '../../chain/chain-events.ts';
import type { ChainReader } from '../../chain/chain-reader.ts';
import type { MempoolEntry } from '../mempool-entry.ts';
import type { MempoolEvent, MempoolListener } from '../mempool-event.ts';
import type { MempoolOptions } from '../mempool-options.ts';
import { feeRateOf } from '../policy/fee-rate.ts';
import { encodeFeeHistory, restoreFeeHistory } from './fee-estimates-file.ts';
import {
  type EstimateMode,
  FeeHistory,
  type HorizonName,
  type RawEstimate,
} from './fee-history.ts';
import { PoolProfile } from './pool-profile.ts';
import { RecentBlocks } from './recent-blocks.ts';

/** What Bitcoin Core says where it has no answer. */
const NO_SMART_ESTIMATE = 'Insufficient data or no feerate found';
const NO_RAW_ESTIMATE = 'Insufficient data or no feerate found which meets threshold';

/** A tip that is older says nothing of how long transactions wait: who knows who is still mining. */
const MAX_TIP_AGE_SECONDS = 3 * 60 * 60;

/** The pool that is listened to. A `Mempool` is one. */
interface EstimatedPool {
  readonly options: Pick<MempoolOptions, 'minRelayFeeRate'>;
  entries(): Iterable<MempoolEntry>;
  minFeeRate(): bigint;
  on(listener: MempoolListener): () => void;
}

export interface FeeEstimatorParts {
  readonly chain: Pick<ChainReader, 'tip' | 'bestHeader' | 'on'>;
  readonly pool: EstimatedPool;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** The answer of `estimatesmartfee`. */
export interface SmartFee {
  /** Satoshis for 1,000 virtual bytes. */
  readonly feeRate: bigint | undefined;
  readonly blocks: number;
  readonly errors: readonly string[];
}

/** The answer of `estimaterawfee` for one horizon. */
export interface RawFee extends RawEstimate {
  readonly errors: readonly string[];
}

/** An answer that there always is. */
export interface FeeEstimate {
  /** Satoshis for 1,000 virtual bytes. */
  readonly feeRate: bigint;
  readonly blocks: number;
  /**
   * What it is based on. `history`: how long transactions took, as Core estimates. `mempool`: what is in
   * the pool now, and what the last blocks took. `minimum`: there is room, and this is the least that
   * is relayed.
   */
  readonly basis: 'history' | 'mempool' | 'minimum';
}

/**
 * What a transaction should pay. Follows the pool and the chain from {@link FeeEstimator.start} on.
 *
 * @example
 * const estimator = new FeeEstimator({ chain, pool, clock, entropy });
 * await estimator.load(disk, `${folder}/fee_estimates.dat`);
 * estimator.start();
 * estimator.estimate(6, 'economical') // { feeRate: 1_000n, blocks: 6, basis: 'minimum' }
 */
export class FeeEstimator {
  readonly history: FeeHistory;
  readonly #parts: FeeEstimatorParts;
  readonly #seed: number;
  readonly #profile = new PoolProfile();
  readonly #recent = new RecentBlocks();
  readonly #stops: (() => void)[] = [];
  /** Of blocks that were taken back: these come a second time, at a fee that says nothing. */
  #takenBack: ByteSet | undefined;
  /** The pool gets them back when the chain has its new tip, so they are remembered until it moves on. */
  #stepDone = true;

  constructor(parts: FeeEstimatorParts) {
    this.#parts = parts;
    this.#seed = parts.entropy.u32();
    this.history = new FeeHistory(this.#seed);
  }

  start(): void {
    const { chain, pool } = this.#parts;
    for (const entry of pool.entries()) this.#profile.add(entry);
    this.#stops.push(pool.on((event) => this.#onPool(event)));
    this.#stops.push(chain.on((event) => this.#onChain(event)));
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /**
   * Bitcoin Core's `estimatesmartfee`: from the history alone, and nothing where that is too short.
   *
   * @example
   * estimator.estimateSmartFee(6, 'economical').errors // ['Insufficient data or no feerate found']
   */
  estimateSmartFee(target: number, mode: EstimateMode = 'economical'): SmartFee {
    const { feeRate, blocks } = this.history.estimateSmart(target, mode);
    // Core writes "no estimate" as a rate of zero, and so cannot tell the two apart.
    if (feeRate === undefined || feeRate === 0n) {
      return { feeRate: undefined, blocks, errors: [NO_SMART_ESTIMATE] };
    }
    return { feeRate: atLeast(feeRate, this.#minimum()), blocks, errors: [] };
  }

  /** Bitcoin Core's `estimaterawfee`; undefined if the horizon does not reach so far. */
  estimateRawFee(target: number, minSuccess: number, horizon: HorizonName): RawFee | undefined {
    const estimate = this.history.estimateRaw(target, minSuccess, horizon);
    if (estimate === undefined) return undefined;
    const errors = estimate.feeRate === undefined ? [NO_RAW_ESTIMATE] : [];
    return { ...estimate, errors };
  }

  /** The rate to pay, with or without a history, and what it is based on. */
  estimate(target: number, mode: EstimateMode = 'economical'): FeeEstimate {
    const smart = this.estimateSmartFee(target, mode);
    if (smart.feeRate !== undefined) {
      return { feeRate: smart.feeRate, blocks: smart.blocks, basis: 'history' };
    }
    const blocks = Math.max(Math.floor(target), 1);
    const minimum = this.#minimum();
    const asked = Math.max(
      this.#profile.rateWithin(blocks) ?? 0,
      this.#recent.rateWithin(blocks) ?? 0,
    );
    const feeRate = BigInt(Math.ceil(asked));
    return feeRate > minimum
      ? { feeRate, blocks, basis: 'mempool' }
      : { feeRate: minimum, blocks, basis: 'minimum' };
  }

  /** Writes the history down. With `final`, what still waits has failed: the node goes down. */
  async save(disk: Disk, path: string, { final = false } = {}): Promise<void> {
    if (final) this.history.flushWaiting();
    await replaceFile(disk, path, encodeFeeHistory(this.history, unixTime(this.#parts.clock)));
  }

  /**
   * Takes over what was written down, before {@link start}. If that is of no use, the answer is why, in
   * a sentence, and the history begins anew.
   */
  async load(disk: Disk, path: string): Promise<string | undefined> {
    try {
      restoreFeeHistory(this.history, await readFile(disk, path), unixTime(this.#parts.clock));
      return undefined;
    } catch (error) {
      if (error instanceof DiskError && error.code === 'not-found') return undefined;
      if (error instanceof DiskError || !(error instanceof CodedError)) throw error;
      return `the fee estimates in ${path} are not used: ${error.message}`;
    }
  }

  #onPool(event: MempoolEvent): void {
    const { entry } = event;
    if (event.kind === 'added') {
      this.#profile.add(entry);
      if (this.#isTelling(entry)) this.history.add(entry);
      return;
    }
    this.#profile.remove(entry);
    // What a block took is dealt with when the chain tells of the block, before or after this.
    if (event.reason !== 'block') this.history.remove(entry.txid);
  }

  #onChain(event: ChainEvent): void {
    if (event.kind === 'tip') this.#stepDone = true;
    if (event.kind !== 'connected' && event.kind !== 'disconnected') return;
    if (this.#stepDone) this.#takenBack = undefined;
    this.#stepDone = false;
    const { height } = event.node;
    const { block } = event;
    if (event.kind === 'connected') {
      this.history.connectBlock(height, block.transactions.map(txid));
      if (this.#isCurrent()) this.#recent.connect(height, block, event.undo);
      return;
    }
    this.#recent.disconnect(height);
    this.#takenBack ??= new ByteSet(this.#seed);
    for (const tx of block.transactions) this.#takenBack.add(txid(tx));
  }

  /** Whether how long a transaction waits tells something of its fee: of its own, freely chosen. */
  #isTelling(entry: MempoolEntry): boolean {
    if (entry.ancestorCount > 1 || this.#wasTakenBack(entry.txid)) return false;
    // Only a package brings in what pays less than the minimum, and its fee is another's.
    if (feeRateOf(entry.modifiedFee, entry.vsize) < this.#minimum()) return false;
    return this.#isCurrent();
  }

  #wasTakenBack(id: Txid): boolean {
    return this.#takenBack?.has(id) === true;
  }

  /** Whether the chain is where the others are, as far as one can tell. */
  #isCurrent(): boolean {
    const { chain, clock } = this.#parts;
    const { tip } = chain;
    return (
      tip.time >= unixTime(clock) - MAX_TIP_AGE_SECONDS && tip.height >= chain.bestHeader.height - 1
    );
  }

  #minimum(): bigint {
    const { pool } = this.#parts;
    return atLeast(pool.minFeeRate(), pool.options.minRelayFeeRate);
  }
}

function atLeast(feeRate: bigint, least: bigint): bigint {
  return feeRate < least ? least : feeRate;
}
