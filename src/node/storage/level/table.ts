/**
 * The format of LevelDB's tables: blocks of entries, a filter, an index of the filter, an index of the
 * blocks, and a footer that says where the indexes are. Behind each block stand its type (how it is
 * compressed) and a masked CRC-32C of both. See LevelDB, `doc/table_format.md`.
 *
 * The blocks stand side by side, so that every byte of a table is under some checksum, but for the
 * footer, which is right if it leads to the indexes.
 */
import type { DiskFile } from '../../../outside/disk/disk.ts';
import { damaged } from '../storage-error.ts';
import { crc32c, maskedCrc32c } from './crc32c.ts';
import { VarintReader } from './varint.ts';

const FOOTER_SIZE = 48;
const TRAILER_SIZE = 5;
/** The end of every table. */
const MAGIC: readonly number[] = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
const UNCOMPRESSED = 0;
/** Blocks are read together, up to about so many bytes. */
const READ_SIZE = 1 << 20;

/** Where a block is; its trailer comes behind. */
interface BlockPlace {
  readonly offset: number;
  readonly size: number;
}

/** Checks every byte of a table. Damage is a `StorageError`. */
export async function auditTable(file: DiskFile, size: number, cure?: string): Promise<void> {
  const audit = new TableAudit(file, size, cure);
  await audit.run();
}

class TableAudit {
  readonly #file: DiskFile;
  readonly #size: number;
  readonly #cure: string | undefined;

  constructor(file: DiskFile, size: number, cure: string | undefined) {
    this.#file = file;
    this.#size = size;
    this.#cure = cure;
  }

  async run(): Promise<void> {
    const size = await this.#file.size();
    if (size !== this.#size) {
      throw this.#damaged(Math.min(size, this.#size), `it has ${size} bytes, not ${this.#size}`);
    }
    const footerAt = size - FOOTER_SIZE;
    if (footerAt < 0) throw this.#damaged(0, 'it is too small for a table');
    const footer = await this.#file.read(footerAt, FOOTER_SIZE);
    if (!MAGIC.every((byte, i) => footer[FOOTER_SIZE - MAGIC.length + i] === byte)) {
      throw this.#damaged(footerAt, 'it does not end as a table does');
    }
    const reader = new VarintReader(footer);
    const metaIndex = this.#place(reader, footerAt);
    const index = this.#place(reader, footerAt);
    const filters = this.#places(metaIndex, await this.#block(metaIndex));
    const blocks = this.#places(index, await this.#block(index));
    const places = [...blocks, ...filters, metaIndex, index];
    this.#checkOrder(places, footerAt);
    await this.#checkSums(places);
  }

  #damaged(byte: number, what: string): Error {
    return damaged(this.#file.path, byte, what, this.#cure);
  }

  /** Reads where a block is. `at` is the byte to blame. */
  #place(reader: VarintReader, at: number): BlockPlace {
    const [offset, size] = [reader.number(), reader.number()];
    if (offset === undefined || size === undefined) throw this.#damaged(at, 'it leads nowhere');
    if (offset + size + TRAILER_SIZE > this.#size - FOOTER_SIZE) {
      throw this.#damaged(at, 'it leads out of the file');
    }
    return { offset, size };
  }

  /** The data of an index block, its checksum checked. */
  async #block({ offset, size }: BlockPlace): Promise<Uint8Array> {
    const bytes = await this.#file.read(offset, size + TRAILER_SIZE);
    this.#checkSum(bytes, 0, { offset, size });
    if (bytes[size] !== UNCOMPRESSED) {
      throw this.#damaged(offset, 'it is compressed, as no database of this program is');
    }
    return bytes.subarray(0, size);
  }

  /**
   * The places that an index block holds: entries, each with how much of its key it shares with the
   * one before, the lengths of the rest and of the value, and those; then the offsets of those that
   * share nothing, and how many these are.
   */
  #places({ offset }: BlockPlace, bytes: Uint8Array): readonly BlockPlace[] {
    const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const restarts = bytes.length < 4 ? -1 : count.getUint32(bytes.length - 4, true);
    const end = bytes.length - 4 * (restarts + 1);
    if (restarts < 0 || end < 0) throw this.#damaged(offset, 'it is not an index');
    const reader = new VarintReader(bytes.subarray(0, end));
    const places: BlockPlace[] = [];
    while (reader.remaining > 0) {
      reader.number();
      const [keyLength, valueLength] = [reader.number(), reader.number()];
      const key = keyLength === undefined ? undefined : reader.take(keyLength);
      const value = valueLength === undefined ? undefined : reader.take(valueLength);
      if (key === undefined || value === undefined) {
        throw this.#damaged(offset + reader.offset, 'it is not an index');
      }
      places.push(this.#place(new VarintReader(value), offset));
    }
    return places;
  }

  /** Whether the blocks stand side by side from the first byte to the footer. */
  #checkOrder(places: readonly BlockPlace[], footerAt: number): void {
    let at = 0;
    for (const { offset, size } of places) {
      if (offset !== at) throw this.#damaged(at, 'no block begins here');
      at += size + TRAILER_SIZE;
    }
    if (at !== footerAt) throw this.#damaged(at, 'the footer does not begin here');
  }

  async #checkSums(places: readonly BlockPlace[]): Promise<void> {
    for (let next = 0; next < places.length; ) {
      const from = (places[next] as BlockPlace).offset;
      let end = next;
      let length = 0;
      while (end < places.length && (length === 0 || length < READ_SIZE)) {
        length += (places[end] as BlockPlace).size + TRAILER_SIZE;
        end++;
      }
      const bytes = await this.#file.read(from, length);
      for (; next < end; next++) {
        const place = places[next] as BlockPlace;
        this.#checkSum(bytes, place.offset - from, place);
      }
    }
  }

  #checkSum(bytes: Uint8Array, at: number, { offset, size }: BlockPlace): void {
    const end = at + size + 1;
    const stored = new VarintReader(bytes, end).take(4);
    if (stored === undefined) throw this.#damaged(offset, 'it ends within a block');
    const sum = maskedCrc32c(crc32c(bytes, at, end));
    const expected = new DataView(stored.buffer, stored.byteOffset).getUint32(0, true);
    if (sum !== expected) throw this.#damaged(offset, 'the checksum of a block is wrong');
  }
}
