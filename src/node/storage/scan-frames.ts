/**
 * Finds the blocks in a file of frames, whatever else is in it: our own after a crash,
 * `bootstrap.dat`, the files of another node.
 *
 * The file is read once, from front to back, some megabytes at a time, and nothing in it makes that
 * slower: what has been read for a frame that was none is not read again for the next.
 */
import type { DiskFile } from '../../outside/disk/disk.ts';
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { MAX_BLOCK_WEIGHT } from '../../protocol/consensus/limits.ts';
import { decodeBlock } from '../../protocol/primitives/block.ts';
import { HEADER_SIZE } from '../../protocol/primitives/block-header.ts';
import { FRAME_HEADER_SIZE, frameLength, isMagicAt } from './blocks/frame.ts';
import { ScanWindow } from './blocks/scan-window.ts';

/** What is found in a file, in its order. `end` is where it ends. */
export type Found = FoundBlock | FoundGarbage | FoundCutOff;

export interface FoundBlock {
  readonly kind: 'block';
  /** Where the bytes of the block begin, behind their frame. */
  readonly offset: number;
  readonly raw: Uint8Array;
  readonly end: number;
}

/** Bytes that are neither a block nor zeros. Files are longer than what is in them, by zeros. */
export interface FoundGarbage {
  readonly kind: 'garbage';
  readonly from: number;
  readonly end: number;
}

/** A block that the file ends in. */
export interface FoundCutOff {
  readonly kind: 'cut-off';
  readonly offset: number;
  /** How long the block should be. */
  readonly length: number;
  readonly end: number;
}

/** A byte counts at least one unit of weight. */
const MAX_BLOCK_SIZE = MAX_BLOCK_WEIGHT;

/**
 * What looks like a block may be decoded only to see that it is none. That takes this much of such work
 * for a byte of the file, and no more: a file can be made in which every eighth byte begins another one.
 */
const DECODED_PER_BYTE = 8;

/**
 * The blocks in a file, and what is between them. Damage to a length, or magic bytes by chance, cost
 * no more than what they are in: a frame is believed if something sensible comes behind it (another
 * frame, zeros, the end) and nothing in it looks like another frame; otherwise, there has to be a block
 * in it.
 *
 * @example
 * for await (const found of scanFrames(file, regtest.magic)) if (found.kind === 'block') use(found.raw);
 */
export async function* scanFrames(
  file: Pick<DiskFile, 'read'>,
  magic: Uint8Array,
): AsyncGenerator<Found, void, undefined> {
  yield* new FrameScan(new ScanWindow(file), magic).run();
}

class FrameScan {
  readonly #window: ScanWindow;
  readonly #magic: Uint8Array;
  /** What is no zero since the last block: its first byte, the one behind its last. */
  #gapFrom: number | undefined;
  #gapEnd = 0;
  /** The first frame since then that the file ends in, if nothing comes after. */
  #cutOff: { readonly offset: number; readonly length: number } | undefined;

  /** How many bytes have been decoded that were no block. */
  #decoded = 0;

  constructor(window: ScanWindow, magic: Uint8Array) {
    this.#window = window;
    this.#magic = magic;
  }

  async *run(): AsyncGenerator<Found, void, undefined> {
    const window = this.#window;
    while (await this.#findMagic()) {
      const raw = await this.#block();
      if (raw === undefined) {
        this.#pass(1);
        continue;
      }
      if (this.#gapFrom !== undefined) yield this.#garbage(this.#gapFrom, this.#gapEnd);
      this.#gapFrom = undefined;
      this.#cutOff = undefined;
      const offset = window.position + FRAME_HEADER_SIZE;
      window.at += FRAME_HEADER_SIZE + raw.length;
      yield { kind: 'block', offset, raw, end: window.position };
    }
    if (this.#gapFrom !== undefined) yield* this.#lastGap(this.#gapFrom);
  }

  *#lastGap(from: number): Generator<Found> {
    if (this.#cutOff === undefined) {
      yield this.#garbage(from, this.#gapEnd);
      return;
    }
    const start = this.#cutOff.offset - FRAME_HEADER_SIZE;
    if (from < start) yield this.#garbage(from, start);
    yield { kind: 'cut-off', ...this.#cutOff, end: this.#window.position };
  }

  #garbage(from: number, end: number): FoundGarbage {
    return { kind: 'garbage', from, end };
  }

  /** Goes on to the next magic, and answers whether there is one. */
  async #findMagic(): Promise<boolean> {
    const window = this.#window;
    const { length } = this.#magic;
    while (await window.has(length)) {
      const at = this.#indexOfMagic(window.bytes, window.at);
      if (at >= 0) {
        this.#pass(at - window.at);
        return true;
      }
      // The last bytes can be the beginning of a magic that goes on in what is yet to be read.
      this.#pass(window.bytes.length - length + 1 - window.at);
    }
    this.#pass(window.bytes.length - window.at);
    return false;
  }

  /** The block in the frame that begins here; undefined if there is none. */
  async #block(): Promise<Uint8Array | undefined> {
    const window = this.#window;
    if (!(await window.has(FRAME_HEADER_SIZE))) return undefined;
    const length = frameLength(window.bytes, window.at);
    if (length <= HEADER_SIZE || length > MAX_BLOCK_SIZE) return undefined;
    const isWhole = await window.has(FRAME_HEADER_SIZE + length);
    if (!isWhole) {
      this.#cutOff ??= { offset: window.position + FRAME_HEADER_SIZE, length };
      return undefined;
    }
    await window.has(FRAME_HEADER_SIZE + length + this.#magic.length);
    const from = window.at + FRAME_HEADER_SIZE;
    const raw = window.bytes.subarray(from, from + length);
    const isPlausible = this.#isFollowed(from + length) && this.#indexOfMagic(raw, 0) < 0;
    // A copy, so that whoever keeps a block does not keep all that was read with it.
    return isPlausible || this.#isBlock(raw) ? raw.slice() : undefined;
  }

  #isBlock(raw: Uint8Array): boolean {
    const allowed = MAX_BLOCK_SIZE + this.#window.position;
    if (this.#decoded + raw.length > DECODED_PER_BYTE * allowed) return false;
    if (isBlock(raw)) return true;
    this.#decoded += raw.length;
    return false;
  }

  #isFollowed(at: number): boolean {
    const { bytes } = this.#window;
    const behind = bytes.subarray(at, at + this.#magic.length);
    return behind.every((byte) => byte === 0) || isMagicAt(bytes, at, this.#magic);
  }

  #indexOfMagic(bytes: Uint8Array, from: number): number {
    const first = this.#magic[0] as number;
    let at = bytes.indexOf(first, from);
    while (at >= 0 && !isMagicAt(bytes, at, this.#magic)) at = bytes.indexOf(first, at + 1);
    return at;
  }

  /** Passes over bytes that are in no block. */
  #pass(count: number): void {
    const window = this.#window;
    const end = window.at + count;
    for (; window.at < end; window.at++) {
      if (window.bytes[window.at] === 0) continue;
      this.#gapFrom ??= window.position;
      this.#gapEnd = window.position + 1;
    }
  }
}

function isBlock(raw: Uint8Array): boolean {
  try {
    decodeBlock(raw);
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}
