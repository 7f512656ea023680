/**
 * Bloom filters (BIP37): which transactions a light wallet wants, told to a full node with as much
 * vagueness as the wallet likes. Nodes offer them to few any more, because whoever asks can make a node
 * read its whole disk, and learns little that a filter of BIP158 would not tell.
 */
import { encode } from '../bytes/codec.ts';
import {
  type OutPoint,
  outPointCodec,
  type Transaction,
  type TxOut,
} from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { parseScript } from '../script/parse-script.ts';
import { solveScript } from '../script/templates.ts';

/** What a filter is made of: a `filterload`, without its command. */
export interface BloomFilterParts {
  readonly filter: Uint8Array;
  readonly hashFunctions: number;
  readonly tweak: number;
  readonly flags: number;
}

/** Which outputs are added to a filter when they match, so that their spending matches too. */
export const BLOOM_UPDATE_NONE = 0;
export const BLOOM_UPDATE_ALL = 1;
/** Only those that pay to a bare key: what spends the others shows the key again. */
export const BLOOM_UPDATE_P2PUBKEY_ONLY = 2;
const BLOOM_UPDATE_MASK = 3;

/** BIP37's own constant, which makes the seeds of the hash functions differ in many bits. */
const SEED_STEP = 0xfba4c795;

/**
 * A Bloom filter, which grows as elements are added.
 *
 * @example
 * const filter = new BloomFilter(message);
 * if (filter.matchAndUpdate(tx)) peer.send({ command: 'tx', tx });
 */
export class BloomFilter {
  readonly #bits: Uint8Array;
  readonly #hashFunctions: number;
  readonly #tweak: number;
  readonly #flags: number;

  constructor({ filter, hashFunctions, tweak, flags }: BloomFilterParts) {
    this.#bits = filter.slice();
    this.#hashFunctions = hashFunctions;
    this.#tweak = tweak;
    this.#flags = flags;
  }

  /** The filter's bits as they are now. */
  get bits(): Uint8Array {
    return this.#bits.slice();
  }

  insert(element: Uint8Array): void {
    // There is nothing to set in an empty filter; to try was a division by zero once (CVE-2013-5700).
    if (this.#bits.length === 0) return;
    for (let i = 0; i < this.#hashFunctions; i++) {
      const bit = this.#bitOf(i, element);
      this.#bits[bit >>> 3] = (this.#bits[bit >>> 3] as number) | (1 << (bit & 7));
    }
  }

  /** Whether an element was added; now and then true of one that was not. */
  contains(element: Uint8Array): boolean {
    if (this.#bits.length === 0) return true;
    for (let i = 0; i < this.#hashFunctions; i++) {
      const bit = this.#bitOf(i, element);
      if (((this.#bits[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }

  containsOutPoint(outPoint: OutPoint): boolean {
    return this.contains(encode(outPointCodec, outPoint, outPointCodec.minSize));
  }

  /**
   * Whether the wallet wants a transaction: it contains its id, something that one of its scripts
   * pushes, or an outpoint that it spends. Outputs that match are added as the filter's flags say.
   */
  matchAndUpdate(tx: Transaction): boolean {
    if (this.#bits.length === 0) return true;
    const id = txid(tx);
    let found = this.contains(id);
    for (const [vout, output] of tx.outputs.entries()) {
      if (!this.#matchesScript(output.scriptPubKey)) continue;
      found = true;
      if (this.#wantsSpends(output)) {
        this.insert(encode(outPointCodec, { txid: id, vout }, outPointCodec.minSize));
      }
    }
    if (found) return true;
    return tx.inputs.some(
      ({ prevout, scriptSig }) => this.containsOutPoint(prevout) || this.#matchesScript(scriptSig),
    );
  }

  #matchesScript(script: Uint8Array): boolean {
    return parseScript(script).instructions.some(
      ({ data }) => data !== undefined && data.length > 0 && this.contains(data),
    );
  }

  #wantsSpends({ scriptPubKey }: TxOut): boolean {
    const update = this.#flags & BLOOM_UPDATE_MASK;
    if (update !== BLOOM_UPDATE_P2PUBKEY_ONLY) return update === BLOOM_UPDATE_ALL;
    const { kind } = solveScript(scriptPubKey);
    return kind === 'pubkey' || kind === 'multisig';
  }

  #bitOf(hashFunction: number, element: Uint8Array): number {
    const seed = (Math.imul(hashFunction, SEED_STEP) + this.#tweak) | 0;
    return murmurHash3(seed, element) % (this.#bits.length * 8);
  }
}

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** MurmurHash3 of 32 bits (Appleby): quick, and no secret is kept by it. */
export function murmurHash3(seed: number, data: Uint8Array): number {
  let hash = seed | 0;
  const whole = data.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    const word =
      (data[at] as number) |
      ((data[at + 1] as number) << 8) |
      ((data[at + 2] as number) << 16) |
      ((data[at + 3] as number) << 24);
    hash ^= scramble(word);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = whole; at < data.length; at++) tail |= (data[at] as number) << (8 * (at & 3));
  hash ^= scramble(tail);
  hash ^= data.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(word: number): number {
  const mixed = Math.imul(word, C1);
  return Math.imul((mixed << 15) | (mixed >>> 17), C2);
}
