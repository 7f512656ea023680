import type { Clock } from '../../outside/clock/clock.ts';
import type { BlockHeader } from '../../protocol/primitives/block-header.ts';
import { proofOfWorkCheck } from './proof-of-work-check.ts';

/** Finds the nonce that makes a header proof of work. Threads and other hashers may stand behind it. */
export interface NonceSearch {
  /** Tries the nonces from that of the header on, below `2^32 - 1`. */
  search(header: BlockHeader, limits: SearchLimits): Promise<NonceResult>;
}

export interface SearchLimits {
  /** How many hashes that miss the target may be made. */
  readonly maxTries: number;
  /** Ends the search, within 50 ms. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Which nonce is wanted, where several are proof of work: the lowest one, which is the default and
   * what makes a block the same everywhere, or any, which is the fastest.
   */
  readonly wanted?: 'lowest' | 'any' | undefined;
}

/**
 * `tries` counts the hashes that missed the target: with the lowest nonce wanted, all before it.
 *
 * - `found`: the header is proof of work
 * - `exhausted`: no nonce of this header is any good; another time or coinbase may have one
 * - `gave-up`: the tries are used up, or the search was ended
 */
export type NonceResult =
  | { readonly kind: 'found'; readonly header: BlockHeader; readonly tries: number }
  | { readonly kind: 'exhausted'; readonly tries: number }
  | { readonly kind: 'gave-up'; readonly tries: number };

/** Bitcoin Core takes its arrival at this nonce for the end of a search, and never mines with it. */
export const LAST_NONCE = 0xffffffff;

/** Hashes between two looks at the clock, and how long a slice may take. */
const HASHES_PER_LOOK = 512;
const SLICE_MS = 10;

/** Searches in this very process, in slices, so that everybody else has a turn. */
export class InProcessSearch implements NonceSearch {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async search(header: BlockHeader, { maxTries, signal }: SearchLimits): Promise<NonceResult> {
    const meets = proofOfWorkCheck(header);
    let tries = 0;
    let nonce = header.nonce;
    let sliceEnd = this.#clock.monotonic() + SLICE_MS;
    for (;;) {
      const end = Math.min(LAST_NONCE, nonce + HASHES_PER_LOOK, nonce + maxTries - tries);
      for (; nonce < end; nonce++, tries++) {
        if (meets(nonce)) return { kind: 'found', header: { ...header, nonce }, tries };
      }
      if (nonce >= LAST_NONCE) return { kind: 'exhausted', tries };
      if (tries >= maxTries || signal?.aborted === true) return { kind: 'gave-up', tries };
      if (this.#clock.monotonic() < sliceEnd) continue;
      await this.#clock.nextTurn();
      sliceEnd = this.#clock.monotonic() + SLICE_MS;
    }
  }
}
