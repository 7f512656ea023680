import { type Clock, unixTime } from '../../../outside/clock/clock.ts';
import { drawBelow } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { permittedDifficultyTransition } from '../../../protocol/consensus/difficulty/next-bits.ts';
import { MAX_FUTURE_BLOCK_TIME } from '../../../protocol/consensus/limits.ts';
import { sipHash } from '../../../protocol/crypto/siphash.ts';
import type { ConsensusParams } from '../../../protocol/params/chain-params.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import { blockWork } from '../../../protocol/primitives/target.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { BitQueue } from './bit-queue.ts';
import { HeaderQueue } from './header-queue.ts';
import { locatorOf } from './locator.ts';

/**
 * How often a commitment is kept, and how many headers have to lie on top of one before it is let go:
 * Bitcoin Core 28's figures, which it computes (`headerssync-params.py`) so that an attacker with much
 * hashing power can make nobody store more than a few headers of a chain that is not there.
 */
export interface PresyncFigures {
  readonly commitmentPeriod: number;
  readonly bufferSize: number;
}

export const PRESYNC_FIGURES: PresyncFigures = { commitmentPeriod: 624, bufferSize: 14_827 };

/** The median of eleven times has to grow, so no chain has more than six blocks a second for long. */
const MOST_BLOCKS_A_SECOND = 6;

export interface PresyncParts {
  readonly params: ConsensusParams;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly figures?: PresyncFigures;
}

/** What became of a message of headers. */
export interface PresyncResult {
  /** They were as they have to be. If not, this is over, and they may be looked at in another way. */
  readonly isGood: boolean;
  /** More has to be asked for, from {@link HeaderPresync.locator} on. If not, this is over. */
  readonly wantsMore: boolean;
  /** Headers that belong to a chain with enough work, to be stored. */
  readonly ready: readonly BlockHeader[];
}

const FAILED: PresyncResult = { isGood: false, wantsMore: false, ready: [] };

/**
 * Finds out whether a peer's chain has enough work, before any of its headers is stored. Headers of
 * little work cost next to nothing to make, and memory to keep.
 *
 * All headers are therefore fetched twice. At first only the work is added up, and one bit kept of
 * every 624th header: of a hash of it, under a key that the peer does not know. If there is enough
 * work, they are fetched again and held back until about 24 such bits lie on top of them: a peer that
 * now gives other headers is found out by one of two bits.
 */
export class HeaderPresync {
  readonly #params: ConsensusParams;
  readonly #start: BlockNode;
  readonly #leastWork: bigint;
  readonly #figures: PresyncFigures;
  readonly #key: Uint8Array;
  /** Which of so many heights: a peer must not know where it is looked at. */
  readonly #offset: number;
  readonly #mostCommitments: number;
  #commitments = new BitQueue();
  #phase: 'counting' | 'storing' = 'counting';
  /** Of the branch as it has been counted. */
  #work: bigint;
  #height: number;
  #lastHash: BlockHash;
  #lastBits: number;
  /** Whether the work has come together a second time, so that everything may go. */
  #isProven = false;
  #held: HeaderQueue;

  /** @param start the node that the peer's headers build on */
  constructor(start: BlockNode, leastWork: bigint, parts: PresyncParts) {
    const { clock, entropy, figures = PRESYNC_FIGURES, params } = parts;
    this.#params = params;
    this.#start = start;
    this.#leastWork = leastWork;
    this.#figures = figures;
    this.#key = entropy.bytes(16);
    this.#offset = drawBelow(entropy, figures.commitmentPeriod);
    const seconds = unixTime(clock) - start.medianTimePast + MAX_FUTURE_BLOCK_TIME;
    this.#mostCommitments = Math.floor(
      (MOST_BLOCKS_A_SECOND * Math.max(0, seconds)) / figures.commitmentPeriod,
    );
    this.#work = start.chainWork;
    this.#height = start.height;
    this.#lastHash = start.hash;
    this.#lastBits = start.bits;
    this.#held = new HeaderQueue(start.hash);
  }

  /** How far the peer's chain has been counted, or stored. */
  get height(): number {
    return this.#height;
  }

  /** The work that has been counted. */
  get work(): bigint {
    return this.#work;
  }

  get isCounting(): boolean {
    return this.#phase === 'counting';
  }

  /** Bytes that are kept for this peer. */
  get memoryBytes(): number {
    return this.#commitments.memoryBytes + this.#held.memoryBytes;
  }

  /** Where the peer has to go on. */
  get locator(): readonly BlockHash[] {
    return [this.#lastHash, ...locatorOf(this.#start)];
  }

  /**
   * Takes headers, each building on the one before and with the work that it claims.
   *
   * @param isFull whether there were as many as a message can hold, so that there may be more
   */
  take(headers: readonly BlockHeader[], isFull: boolean): PresyncResult {
    if (this.#phase === 'counting') {
      if (!this.#count(headers)) return FAILED;
      const isEnough = this.#work >= this.#leastWork;
      if (isEnough) this.#startAgain();
      return { isGood: true, wantsMore: isEnough || isFull, ready: [] };
    }
    for (const header of headers) if (!this.#hold(header)) return FAILED;
    const ready: BlockHeader[] = [];
    const stay = this.#isProven ? 0 : this.#figures.bufferSize;
    while (this.#held.size > stay) ready.push(this.#held.take());
    // A peer that had enough work and does not give it again has nothing more to give.
    return { isGood: true, wantsMore: !this.#isProven && isFull, ready };
  }

  #count(headers: readonly BlockHeader[]): boolean {
    for (const header of headers) {
      if (!this.#follows(header)) return false;
      const hash = blockHash(header);
      if (this.#isCommitted(this.#height + 1)) {
        this.#commitments.push(this.#bitOf(hash));
        if (this.#commitments.size > this.#mostCommitments) return false;
      }
      this.#step(header, hash);
    }
    return true;
  }

  #startAgain(): void {
    this.#phase = 'storing';
    this.#work = this.#start.chainWork;
    this.#height = this.#start.height;
    this.#lastHash = this.#start.hash;
    this.#lastBits = this.#start.bits;
  }

  #hold(header: BlockHeader): boolean {
    if (!this.#follows(header)) return false;
    const hash = blockHash(header);
    const height = this.#height + 1;
    this.#step(header, hash);
    if (this.#work >= this.#leastWork) this.#isProven = true;
    // The peer's chain may have grown meanwhile: behind the goal there are no bits.
    if (!this.#isProven && this.#isCommitted(height)) {
      if (this.#commitments.shift() !== this.#bitOf(hash)) return false;
    }
    this.#held.push(header);
    return true;
  }

  #follows(header: BlockHeader): boolean {
    return (
      equalBytes(header.previousBlockHash, this.#lastHash) &&
      permittedDifficultyTransition(this.#params, this.#height + 1, this.#lastBits, header.bits)
    );
  }

  #step(header: BlockHeader, hash: BlockHash): void {
    this.#work += blockWork(header.bits);
    this.#height++;
    this.#lastHash = hash;
    this.#lastBits = header.bits;
  }

  #isCommitted(height: number): boolean {
    return height % this.#figures.commitmentPeriod === this.#offset;
  }

  #bitOf(hash: BlockHash): boolean {
    return (sipHash(this.#key, hash) & 1n) === 1n;
  }
}
