import { sha256d } from '../crypto/hash.ts';
import { encodeBlockHeader } from '../primitives/block-header.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { hashToNumber, targetFromCompact } from '../primitives/target.ts';
import { type GenesisFacts, genesisBlock } from './genesis.ts';

const TIME_AT = 68;
const NONCE_AT = 76;
const NONCES = 0x1_0000_0000;

/**
 * Mines a first block, in slices, so that whoever drives it stays in charge of the time: between two
 * slices it can show how far the search has come, or give up.
 *
 * @example
 * const search = new GenesisSearch({ message, outputs, time, bits });
 * let found: GenesisFacts | undefined;
 * while (found === undefined) found = search.search(50_000);
 */
export class GenesisSearch {
  /** How many hashes the search takes on average. */
  readonly expectedHashes: number;
  readonly #facts: Omit<GenesisFacts, 'nonce'>;
  readonly #header: Uint8Array;
  readonly #view: DataView;
  readonly #target: bigint;
  /** The last byte of a hash is the highest of its number: most hashes fail by it alone. */
  readonly #highestByte: number;
  #time: number;
  #nonce: number;
  #hashes = 0;

  constructor(facts: Omit<GenesisFacts, 'nonce'>, firstNonce = 0) {
    this.#nonce = firstNonce;
    this.#facts = facts;
    this.#header = encodeBlockHeader(genesisBlock({ ...facts, nonce: 0 }).header);
    this.#view = new DataView(this.#header.buffer, this.#header.byteOffset);
    this.#target = targetFromCompact(facts.bits).value;
    this.#highestByte = Number(this.#target >> 248n);
    this.#time = facts.time;
    this.expectedHashes = 2 ** 256 / (Number(this.#target) + 1);
  }

  /** How many hashes have been tried. */
  get hashes(): number {
    return this.#hashes;
  }

  /** Tries so many hashes at most; answers with the block's facts once it is found. */
  search(count: number): GenesisFacts | undefined {
    for (let i = 0; i < count; i++) {
      const nonce = this.#nonce;
      this.#view.setUint32(NONCE_AT, nonce, true);
      this.#hashes++;
      const hash = sha256d(this.#header);
      if ((hash[31] as number) <= this.#highestByte) {
        if (hashToNumber(hash as BlockHash) <= this.#target) {
          return { ...this.#facts, time: this.#time, nonce };
        }
      }
      this.#advance();
    }
    return undefined;
  }

  /** All nonces may fail, where some 32 zero bits are asked for; the next second has new ones. */
  #advance(): void {
    this.#nonce = (this.#nonce + 1) % NONCES;
    if (this.#nonce === 0) this.#view.setUint32(TIME_AT, ++this.#time, true);
  }
}
