import type { Clock } from '../../outside/clock/clock.ts';
import { sha256d } from '../../protocol/crypto/hash.ts';
import { type BlockHeader, encodeBlockHeader } from '../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { hashToNumber, targetFromCompact } from '../../protocol/primitives/target.ts';

/** Finds the nonce that makes a header proof of work. Threads and other hashers may stand behind it. */
export interface NonceSearch {
  /** Tries the nonces from that of the header on, in order, below `2^32 - 1`. */
  search(header: BlockHeader, limits: SearchLimits): Promise<NonceResult>;
}

export interface SearchLimits {
  /** How many hashes that miss the target may be made. */
  readonly maxTries: number;
  /** Ends the search. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * - `found`: the header is proof of work
 * - `exhausted`: no nonce of this header is any good; another time or coinbase may have one
 * - `gave-up`: the tries are used up, or the search was ended
 */
export type NonceResult =
  | { readonly kind: 'found'; readonly header: BlockHeader; readonly tries: number }
  | { readonly kind: 'exhausted'; readonly tries: number }
  | { readonly kind: 'gave-up'; readonly tries: number };

/** Bitcoin Core takes its arrival at this nonce for the end of a search, and never mines with it. */
const LAST_NONCE = 0xffffffff;
const NONCE_AT = 76;

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
    const meets = proofOfWorkTest(header);
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

/** Whether the header would be proof of work with this nonce. */
function proofOfWorkTest(header: BlockHeader): (nonce: number) => boolean {
  const bytes = encodeBlockHeader(header).slice();
  const view = new DataView(bytes.buffer);
  const { value: target } = targetFromCompact(header.bits);
  // The last byte of a hash is the highest of its number: most hashes fail by it alone.
  const highest = Number(target >> 248n);
  return (nonce) => {
    view.setUint32(NONCE_AT, nonce, true);
    const hash = sha256d(bytes);
    return (hash[31] as number) <= highest && hashToNumber(hash as BlockHash) <= target;
  };
}
