import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import type { Coin, CoinKey, CoinLookup } from '../../protocol/consensus/coin.ts';
import type { CoinCache } from '../coins/coin-cache.ts';

const NO_COIN = Symbol('no coin');

/** Coins as they would be after some changes, which are kept here and never made. */
export class CoinOverlay {
  readonly #cache: CoinCache;
  readonly #changes = new ByteMap<Coin | typeof NO_COIN>();

  constructor(cache: CoinCache) {
    this.#cache = cache;
  }

  /** How many changes there are. */
  get size(): number {
    return this.#changes.size;
  }

  /** As {@link CoinCache.load}: answers for these keys until somebody waits for something else. */
  async load(keys: readonly CoinKey[]): Promise<CoinLookup> {
    const below = await this.#cache.load(keys.filter((key) => !this.#changes.has(key)));
    return {
      get: (key) => {
        const changed = this.#changes.get(key);
        if (changed === undefined) return below.get(key);
        return changed === NO_COIN ? undefined : changed;
      },
    };
  }

  set(key: CoinKey, coin: Coin): void {
    this.#changes.set(key, coin);
  }

  delete(key: CoinKey): void {
    this.#changes.set(key, NO_COIN);
  }
}
