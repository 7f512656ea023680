import { ByteMap } from '../protocol/bytes/byte-map.ts';
import { type Percentiles, percentiles } from './percentiles.ts';

interface Rumour {
  readonly beganAt: number;
  /** How many have heard of it, whoever began it not counted. */
  heard: number;
}

/**
 * How long blocks and transactions take from the node where they came into being to the others.
 *
 * @example
 * spread.began(hash, clock.monotonic());
 * spread.heard(hash, clock.monotonic()); // once for every other node
 * spread.delays() // { p50: 310, … }, in milliseconds
 */
export class Spread {
  readonly #rumours = new ByteMap<Rumour>();
  readonly #delays: number[] = [];

  began(id: Uint8Array, now: number): void {
    if (!this.#rumours.has(id)) this.#rumours.set(id, { beganAt: now, heard: 0 });
  }

  /** Without effect where nobody knows when it began: it was there before the simulation was. */
  heard(id: Uint8Array, now: number): void {
    const rumour = this.#rumours.get(id);
    if (rumour === undefined || now === rumour.beganAt) return;
    rumour.heard++;
    this.#delays.push(now - rumour.beganAt);
  }

  /** How many have begun. */
  get count(): number {
    return this.#rumours.size;
  }

  delays(): Percentiles {
    return percentiles(this.#delays);
  }
}
