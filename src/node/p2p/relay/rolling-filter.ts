import type { Entropy } from '../../../outside/entropy/entropy.ts';

/** 64 bits that stand for a hash, made with a secret, so that nobody can prepare two that agree. */
interface Fingerprint {
  readonly high: number;
  readonly low: number;
}

/**
 * Makes the fingerprints of a node's filters. One hash is looked for in the filters of all peers, one
 * after the other: the last fingerprint is remembered.
 */
export class FilterSalt {
  readonly #key0: number;
  readonly #key1: number;
  #lastHash: Uint8Array | undefined;
  #last: Fingerprint = { high: 0, low: 0 };

  constructor(entropy: Entropy) {
    this.#key0 = entropy.u32();
    this.#key1 = entropy.u32();
  }

  /** @param hash must never change; 32 bytes */
  fingerprint(hash: Uint8Array): Fingerprint {
    if (hash !== this.#lastHash) {
      this.#last = halfSipHash(this.#key0, this.#key1, hash);
      this.#lastHash = hash;
    }
    return this.#last;
  }
}

/**
 * HalfSipHash-1-3 with 64 bits of result, of 32 bytes. SipHash itself would do as well, but takes ten
 * times as long here, where words have 32 bits.
 */
function halfSipHash(key0: number, key1: number, bytes: Uint8Array): Fingerprint {
  let [v0, v1, v2, v3] = [key0, key1 ^ 0xee, key0 ^ 0x6c796765, key1 ^ 0x74656462];
  let high = 0;
  // A round for each of the eight words, one for their length, three for the first half of the result,
  // and three more for the second.
  for (let round = 0; round < 15; round++) {
    const word = round < 8 ? wordAt(bytes, 4 * round) : round === 8 ? 32 << 24 : 0;
    if (round === 9) v2 ^= 0xee;
    if (round === 12) {
      high = v1 ^ v3;
      v1 ^= 0xdd;
    }
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return { high: high >>> 0, low: (v1 ^ v3) >>> 0 };
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** A table has so many slots at first, and doubles when seven eighths of them are taken. */
const FIRST_SLOTS = 16;
const FULLEST = 7 / 8;
/** Of all tables that are empty. */
const NO_WORDS = new Uint32Array(0);
const NO_CHECKS = new Uint16Array(0);

/**
 * Remembers which hashes it has seen lately: the last `capacity` of them surely, half as many before
 * those perhaps, and none that are older. Once in about a hundred million times it takes a hash for
 * one that it has seen.
 *
 * It promises what Bitcoin Core's `CRollingBloomFilter` does, and takes the same room when it is full
 * (about 600 kB for 50,000 hashes), but next to none while it is empty, as most are: a simulation holds
 * thousands. Hence tables of 48-bit fingerprints that grow, in place of bits.
 *
 * @example
 * const filter = new RollingFilter(50_000, salt);
 * filter.add(wtxid);
 * filter.has(wtxid) // true
 */
export class RollingFilter {
  readonly #salt: FilterSalt;
  readonly #perGeneration: number;
  /** The youngest is the first. */
  #generations: readonly [Generation, Generation, Generation] = emptyGenerations();

  constructor(capacity: number, salt: FilterSalt) {
    this.#perGeneration = Math.ceil(capacity / 2);
    this.#salt = salt;
  }

  add(hash: Uint8Array): void {
    const { high, low } = this.#salt.fingerprint(hash);
    let [young, middle] = this.#generations;
    if (young.has(high, low)) return;
    if (young.size >= this.#perGeneration) {
      middle = young;
      young = new Generation();
      this.#generations = [young, middle, this.#generations[1]];
    }
    young.add(high, low);
  }

  has(hash: Uint8Array): boolean {
    const { high, low } = this.#salt.fingerprint(hash);
    const [young, middle, old] = this.#generations;
    return young.has(high, low) || middle.has(high, low) || old.has(high, low);
  }

  /** Forgets everything. */
  reset(): void {
    this.#generations = emptyGenerations();
  }

  /** Bytes of its tables. */
  get usageBytes(): number {
    return this.#generations.reduce((sum, { usageBytes }) => sum + usageBytes, 0);
  }
}

function emptyGenerations(): readonly [Generation, Generation, Generation] {
  return [new Generation(), new Generation(), new Generation()];
}

/** A hash table with open addressing. The place of a fingerprint is in its first word. */
class Generation {
  #words = NO_WORDS;
  #checks = NO_CHECKS;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get usageBytes(): number {
    return this.#words.byteLength + this.#checks.byteLength;
  }

  has(high: number, low: number): boolean {
    return this.#size > 0 && this.#words[this.#slotOf(wordOf(high), low & 0xffff)] !== 0;
  }

  add(high: number, low: number): void {
    if (this.#size + 1 > this.#words.length * FULLEST) this.#grow();
    this.#put(wordOf(high), low & 0xffff);
  }

  #put(word: number, check: number): void {
    const slot = this.#slotOf(word, check);
    if (this.#words[slot] !== 0) return;
    this.#words[slot] = word;
    this.#checks[slot] = check;
    this.#size++;
  }

  /** Where a fingerprint is, or where it would be. */
  #slotOf(word: number, check: number): number {
    const last = this.#words.length - 1;
    let slot = word & last;
    for (;;) {
      const found = this.#words[slot];
      if (found === 0 || (found === word && this.#checks[slot] === check)) return slot;
      slot = (slot + 1) & last;
    }
  }

  #grow(): void {
    const [words, checks] = [this.#words, this.#checks];
    const length = Math.max(FIRST_SLOTS, 2 * words.length);
    this.#words = new Uint32Array(length);
    this.#checks = new Uint16Array(length);
    this.#size = 0;
    for (let slot = 0; slot < words.length; slot++) {
      const word = words[slot] as number;
      if (word !== 0) this.#put(word, checks[slot] as number);
    }
  }
}

/** A slot that is zero is free. */
function wordOf(high: number): number {
  return high === 0 ? 1 : high;
}
