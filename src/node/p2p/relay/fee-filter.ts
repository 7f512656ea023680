import type { Cancel, Clock } from '../../../outside/clock/clock.ts';
import { drawBelow, drawExponential } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { MAX_MONEY } from '../../../protocol/primitives/amount.ts';
import { type Peer, relaysTransactions } from '../peer/peer.ts';
import type { RelayChain, RelayPool } from './relay-parts.ts';

/** The first version that knows of `feefilter` (BIP133). */
const FEEFILTER_VERSION = 70013;
/** On average, between two that a peer gets. */
const INTERVAL_MS = 10 * 60_000;
/** Within this time it gets the next one if the rate has changed much. */
const CHANGE_DELAY_MS = 5 * 60_000;

/** The highest rate that is told, in satoshis for 1,000 virtual bytes; and each is so much above the last. */
const HIGHEST_RATE = 10_000_000;
const SPACING = 1.1;
/** The steps begin at half of Core's usual least rate, whatever this node's own is. */
const USUAL_LEAST_RATE = 1000;

/**
 * Rounds rates to a few steps, each by a draw: from the exact one, which depends on what a pool has
 * held, a node could be recognised wherever it is seen.
 */
export class FeeRateRounder {
  readonly #entropy: Entropy;
  readonly #steps: readonly number[];

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
    const steps = [0];
    for (let step = USUAL_LEAST_RATE / 2; step <= HIGHEST_RATE; step *= SPACING) steps.push(step);
    this.#steps = steps;
  }

  /** Two times in three the step below, otherwise the one above; the highest one for whatever is higher. */
  round(feeRate: bigint): bigint {
    const rate = Number(feeRate);
    const found = this.#steps.findIndex((step) => step >= rate);
    let at = found < 0 ? this.#steps.length - 1 : found;
    if (found > 0 && drawBelow(this.#entropy, 3) !== 0) at--;
    return BigInt(Math.floor(this.#steps[at] as number));
  }
}

interface Told {
  readonly peer: Peer;
  /** The last rate that it was sent. */
  rate: bigint;
  /** When it would get the next one, if something had changed. */
  nextAt: number;
  cancel: Cancel | undefined;
}

export interface FeeFilterParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly chain: RelayChain;
  readonly pool: Pick<RelayPool, 'minFeeRate' | 'options'>;
  readonly blocksOnly: boolean;
}

/**
 * Tells peers below which rate they need not announce transactions, because the pool would not take
 * them: at first, and about every ten minutes after that if it has changed. A pool that is not full has
 * nothing to tell, and then no timer runs.
 */
export class FeeFilterSender {
  readonly #parts: FeeFilterParts;
  readonly #rounder: FeeRateRounder;
  /** What is sent while the chain is not known: nothing is good enough. */
  readonly #nothing: bigint;
  readonly #told = new Map<Peer, Told>();

  constructor(parts: FeeFilterParts) {
    this.#parts = parts;
    this.#rounder = new FeeRateRounder(parts.entropy);
    this.#nothing = this.#rounder.round(MAX_MONEY);
  }

  ready(peer: Peer): void {
    if (this.#parts.blocksOnly || peer.protocolVersion < FEEFILTER_VERSION) return;
    // What such a peer sends is wanted whatever it pays; and from the other kind nothing ever is.
    if (peer.permissions.has('forcerelay') || !relaysTransactions(peer)) return;
    const told: Told = { peer, rate: 0n, nextAt: 0, cancel: undefined };
    this.#told.set(peer, told);
    this.#send(told);
  }

  gone(peer: Peer): void {
    this.#told.get(peer)?.cancel?.();
    this.#told.delete(peer);
  }

  /** The pool is or was full, or the chain has caught up: what peers were told may be wrong. */
  changed(): void {
    const current = this.#current();
    if (current === MAX_MONEY) return;
    const now = this.#parts.clock.monotonic();
    for (const told of this.#told.values()) {
      if (told.rate === this.#nothing) {
        this.#send(told);
        continue;
      }
      const changedMuch = current < (3n * told.rate) / 4n || current > (4n * told.rate) / 3n;
      if (changedMuch && told.nextAt > now + CHANGE_DELAY_MS) {
        told.nextAt = now + drawBelow(this.#parts.entropy, CHANGE_DELAY_MS);
        told.cancel?.();
        told.cancel = undefined;
      }
      this.#setTimer(told);
    }
  }

  close(): void {
    for (const { cancel } of this.#told.values()) cancel?.();
    this.#told.clear();
  }

  #current(): bigint {
    const { chain, pool } = this.#parts;
    return chain.isInitialBlockDownload ? MAX_MONEY : pool.minFeeRate();
  }

  #send(told: Told): void {
    const { clock, entropy } = this.#parts;
    told.cancel?.();
    told.cancel = undefined;
    const rate = this.#rateToSend();
    if (rate !== told.rate) {
      told.peer.send({ command: 'feefilter', feeRate: rate });
      told.rate = rate;
    }
    told.nextAt = clock.monotonic() + drawExponential(entropy, INTERVAL_MS);
    this.#setTimer(told);
  }

  #rateToSend(): bigint {
    const lowest = this.#parts.pool.options.minRelayFeeRate;
    const current = this.#current();
    // What anybody may know is not rounded.
    if (current <= lowest) return lowest;
    const rounded = this.#rounder.round(current);
    return rounded > lowest ? rounded : lowest;
  }

  /** Sends it again at its time, as long as there is something that may have changed. */
  #setTimer(told: Told): void {
    const { clock, pool } = this.#parts;
    const lowest = pool.options.minRelayFeeRate;
    if (told.cancel !== undefined) return;
    if (told.rate === lowest && this.#current() <= lowest) return;
    // Until the chain has caught up it stays as it is, and the end of that comes by `changed`.
    if (told.rate === this.#nothing) return;
    told.cancel = clock.schedule(Math.max(0, told.nextAt - clock.monotonic()), () => {
      told.cancel = undefined;
      this.#send(told);
    });
  }
}
