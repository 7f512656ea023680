import type { Entropy } from './entropy.ts';

/** A call to the system costs about as much as this many bytes, so they are fetched in advance. */
const POOL_SIZE = 4096;
/** The most that the Web Crypto API gives at once. */
const LARGEST_REQUEST = 65536;

/** The randomness of the machine: fit for keys. */
export class SystemEntropy implements Entropy {
  readonly #pool = new Uint8Array(POOL_SIZE);
  readonly #words = new DataView(this.#pool.buffer);
  #next = POOL_SIZE;

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (length > POOL_SIZE / 8) {
      for (let at = 0; at < length; at += LARGEST_REQUEST) {
        crypto.getRandomValues(bytes.subarray(at, at + LARGEST_REQUEST));
      }
      return bytes;
    }
    const at = this.#take(length);
    bytes.set(this.#pool.subarray(at, at + length));
    // What has been handed out may be a key: nobody finds it here later.
    this.#pool.fill(0, at, at + length);
    return bytes;
  }

  u32(): number {
    const at = this.#take(4);
    const value = this.#words.getUint32(at);
    this.#words.setUint32(at, 0);
    return value;
  }

  #take(length: number): number {
    if (this.#next + length > POOL_SIZE) {
      crypto.getRandomValues(this.#pool);
      this.#next = 0;
    }
    const at = this.#next;
    this.#next += length;
    return at;
  }
}
