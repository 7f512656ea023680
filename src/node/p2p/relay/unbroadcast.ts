import type { Cancel, Clock } from '../../../outside/clock/clock.ts';
import { drawBelow } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { type Log, noLog } from '../../log/log.ts';

/** They are announced anew after ten minutes and a random part of five more. */
const LEAST_DELAY_MS = 10 * 60_000;
const RANDOM_DELAY_MS = 5 * 60_000;

export interface UnbroadcastParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Announces one again. False if it is not in the pool any more. */
  readonly announce: (id: Txid) => boolean;
  readonly log?: Log;
}

/**
 * Transactions of this node's own users that no peer has asked for yet. They are announced again and
 * again until one does: there may have been no peer to tell, or the only one kept it to itself.
 */
export class Unbroadcast {
  readonly #parts: UnbroadcastParts;
  readonly #ids: ByteMap<Txid>;
  #cancel: Cancel | undefined;

  constructor(parts: UnbroadcastParts) {
    this.#parts = parts;
    this.#ids = new ByteMap(parts.entropy.u32());
  }

  get size(): number {
    return this.#ids.size;
  }

  has(id: Txid): boolean {
    return this.#ids.has(id);
  }

  all(): readonly Txid[] {
    return [...this.#ids.values()];
  }

  add(id: Txid): void {
    this.#ids.set(id, id);
    this.#setTimer();
  }

  /** Somebody has it now; or, if nobody has heard of it, nobody shall. */
  remove(id: Txid, fate: 'heard' | 'unheard' = 'heard'): void {
    if (!this.#ids.delete(id)) return;
    const { log = noLog } = this.#parts;
    const end = fate === 'unheard' ? ' before confirmation that txn was sent out' : '';
    log('debug', 'mempool', `Removed ${toReversedHex(id)} from set of unbroadcast txns${end}`);
    if (this.#ids.size === 0) this.close();
  }

  /** Ends the timer. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #setTimer(): void {
    if (this.#cancel !== undefined || this.#ids.size === 0) return;
    const { clock, entropy } = this.#parts;
    const delay = LEAST_DELAY_MS + drawBelow(entropy, RANDOM_DELAY_MS);
    this.#cancel = clock.schedule(delay, () => {
      this.#cancel = undefined;
      for (const id of this.all()) if (!this.#parts.announce(id)) this.#ids.delete(id);
      this.#setTimer();
    });
  }
}
