import { concatBytes } from '../../protocol/bytes/concat.ts';
import { sha256 } from '../../protocol/crypto/hash.ts';
import type { Entropy } from './entropy.ts';

/**
 * Draws that look random and are the same in every run with the same seed: for simulations and
 * tests. Not for keys that matter: whoever has seen a few draws knows the others.
 *
 * The generator is xoshiro128** (Blackman and Vigna, 2018), seeded by SHA-256.
 *
 * @example
 * const entropy = new SeededEntropy('trial 7');
 * const forPeers = entropy.fork('peers');
 */
export class SeededEntropy implements Entropy {
  readonly #key: Uint8Array;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed text, or the key of a fork */
  constructor(seed: string | Uint8Array) {
    this.#key = sha256(typeof seed === 'string' ? new TextEncoder().encode(seed) : seed);
    const words = new DataView(this.#key.buffer, this.#key.byteOffset, 16);
    this.#a = words.getInt32(0);
    this.#b = words.getInt32(4);
    this.#c = words.getInt32(8);
    this.#d = words.getInt32(12);
  }

  /**
   * A stream of its own, which depends on the seed and the label and on nothing drawn before: one
   * node's draws then do not disturb another's, and one more node changes nothing for the others.
   */
  fork(label: string): SeededEntropy {
    return new SeededEntropy(concatBytes(this.#key, new TextEncoder().encode(label)));
  }

  u32(): number {
    const b = this.#b;
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const c = this.#c ^ this.#a;
    const d = this.#d ^ b;
    this.#b = b ^ c;
    this.#a ^= d;
    this.#c = c ^ (b << 9);
    this.#d = (d << 11) | (d >>> 21);
    return result >>> 0;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let word = 0;
    for (let i = 0; i < length; i++) {
      word = i % 4 === 0 ? this.u32() : word >>> 8;
      bytes[i] = word;
    }
    return bytes;
  }
}
