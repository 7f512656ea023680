import { type KeyValueStore, prefixRange } from '../../node/storage/key-value-store.ts';
import type { WriteBatch } from '../../node/storage/write-batch.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { compareBytes } from '../../protocol/bytes/compare.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { OutPoint } from '../../protocol/primitives/transaction.ts';
import { lockedCoinKey, PREFIXES } from '../store/record-keys.ts';

/** Coins that are not to be spent until somebody unlocks them: until the end of this run, or for good. */
export class LockedCoins {
  /** By outpoint: whether it is written down. */
  readonly #locked = new ByteMap<boolean>();

  static async load(store: Pick<KeyValueStore, 'iterate'>): Promise<LockedCoins> {
    const locked = new LockedCoins();
    for await (const [key] of store.iterate(prefixRange(PREFIXES.lockedCoin))) {
      locked.#locked.set(key.slice(1), true);
    }
    return locked;
  }

  get size(): number {
    return this.#locked.size;
  }

  has(key: Uint8Array): boolean {
    // It is asked of every coin, and there is seldom a locked one.
    return this.#locked.size > 0 && this.#locked.has(key);
  }

  lock(outPoint: OutPoint, isPersistent: boolean, batch: WriteBatch): void {
    const key = coinKey(outPoint);
    this.#locked.set(key, isPersistent || this.#locked.get(key) === true);
    if (isPersistent) batch.put(lockedCoinKey(outPoint), Uint8Array.of(1));
  }

  unlock(outPoint: OutPoint, batch: WriteBatch): void {
    const key = coinKey(outPoint);
    if (this.#locked.get(key) === true) batch.delete(lockedCoinKey(outPoint));
    this.#locked.delete(key);
  }

  /** All of them, by the bytes of their txids. */
  all(): readonly OutPoint[] {
    return [...this.#locked.keys()].map(outPointOf).sort(byOutPoint);
  }
}

function outPointOf(key: Uint8Array): OutPoint {
  const vout = new DataView(key.buffer, key.byteOffset).getUint32(32, true);
  return { txid: key.slice(0, 32) as Txid, vout };
}

function byOutPoint(a: OutPoint, b: OutPoint): number {
  return compareBytes(a.txid, b.txid) || a.vout - b.vout;
}
