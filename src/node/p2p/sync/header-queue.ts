import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import {
  type BlockHeader,
  decodeBlockHeader,
  encodeBlockHeader,
  HEADER_SIZE,
} from '../../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';

/** Where a header has the hash of the one before, which is not kept. */
const PREVIOUS_AT = 4;
const PREVIOUS_END = 36;
const RECORD_SIZE = HEADER_SIZE - (PREVIOUS_END - PREVIOUS_AT);
const FIRST_CAPACITY = 64;

/** A row of headers, first in, first out, in 48 bytes each: every one builds on the one before. */
export class HeaderQueue {
  /** A ring. */
  #records = new Uint8Array(FIRST_CAPACITY * RECORD_SIZE);
  #first = 0;
  #size = 0;
  /** What the first one builds on. */
  #previous: BlockHash;

  constructor(previous: BlockHash) {
    this.#previous = previous;
  }

  get size(): number {
    return this.#size;
  }

  get memoryBytes(): number {
    return this.#records.length;
  }

  push(header: BlockHeader): void {
    if (this.#size === this.#capacity) this.#grow();
    const bytes = encodeBlockHeader(header);
    const at = ((this.#first + this.#size++) % this.#capacity) * RECORD_SIZE;
    this.#records.set(bytes.subarray(0, PREVIOUS_AT), at);
    this.#records.set(bytes.subarray(PREVIOUS_END), at + PREVIOUS_AT);
  }

  /** Takes the oldest. There must be one. */
  take(): BlockHeader {
    const at = this.#first * RECORD_SIZE;
    const bytes = new Uint8Array(HEADER_SIZE);
    bytes.set(this.#records.subarray(at, at + PREVIOUS_AT));
    bytes.set(this.#previous, PREVIOUS_AT);
    bytes.set(this.#records.subarray(at + PREVIOUS_AT, at + RECORD_SIZE), PREVIOUS_END);
    this.#first = (this.#first + 1) % this.#capacity;
    this.#size--;
    const header = decodeBlockHeader(bytes);
    this.#previous = blockHash(header);
    return header;
  }

  get #capacity(): number {
    return this.#records.length / RECORD_SIZE;
  }

  #grow(): void {
    const grown = new Uint8Array(this.#records.length * 2);
    const from = this.#first * RECORD_SIZE;
    grown.set(this.#records.subarray(from));
    grown.set(this.#records.subarray(0, from), this.#records.length - from);
    this.#records = grown;
    this.#first = 0;
  }
}
