/**
 * The format of LevelDB's logs and manifests: records, cut into fragments so that none crosses the
 * end of a block of 32 KiB. A fragment is a masked CRC-32C (4 bytes), a length (2), a type (1) and the
 * data; the sum is that of type and data. See LevelDB, `doc/log_format.md`.
 *
 * LevelDB drops what it finds damaged in a log without a word, and goes on with what comes after. Here
 * damage is refused. What a crash leaves is not damage: a file that ends within a fragment, and, where
 * the power was lost, a file whose end is zeros that were to be overwritten.
 */
import type { DiskFile } from '../../../outside/disk/disk.ts';
import { damaged } from '../storage-error.ts';
import { crc32c, maskedCrc32c } from './crc32c.ts';

const BLOCK_SIZE = 32768;
const HEADER_SIZE = 7;
const SECTOR_SIZE = 512;
/** Read at once: 32 blocks. */
const CHUNK_SIZE = 32 * BLOCK_SIZE;

/** What kind of fragment: none, a whole record, or the first or last of several. 3 is between. */
const ZERO = 0;
const FULL = 1;
const FIRST = 2;
const LAST = 4;

/** A piece of a record. */
export interface LogFragment {
  readonly kind: 'fragment';
  readonly offset: number;
  readonly data: Uint8Array;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Where a log ends. If it is torn, a last record was begun there and not finished. */
export interface LogEnd {
  readonly kind: 'end';
  readonly offset: number;
  readonly isTorn: boolean;
}

/** The fragments of a log in order, and then its end. Damage is a `StorageError`. */
export async function* readLog(
  file: DiskFile,
  cure?: string,
): AsyncGenerator<LogFragment | LogEnd> {
  const size = await file.size();
  let inRecord = false;
  for await (const { block, blockOffset } of readBlocks(file)) {
    let at = 0;
    while (block.length - at >= HEADER_SIZE) {
      const offset = blockOffset + at;
      const fragment = readFragment(block, at, offset);
      if (fragment === undefined) {
        const reason = await damageAt({ file, size, block, blockOffset }, at);
        if (reason !== undefined) throw damaged(file.path, offset, reason, cure);
        yield { kind: 'end', offset, isTorn: true };
        return;
      }
      if (fragment.isFirst === inRecord) {
        const what = inRecord ? 'the record before it has no end' : 'a record has no beginning';
        throw damaged(file.path, offset, what, cure);
      }
      inRecord = !fragment.isLast;
      yield fragment;
      at += HEADER_SIZE + fragment.data.length;
    }
    // In a full block, what is too little for a header is left over, and never read.
    if (block.length < BLOCK_SIZE && at < block.length) {
      yield { kind: 'end', offset: blockOffset + at, isTorn: true };
      return;
    }
  }
  yield { kind: 'end', offset: size, isTorn: inRecord };
}

interface Block {
  readonly block: Uint8Array;
  readonly blockOffset: number;
}

async function* readBlocks(file: DiskFile): AsyncGenerator<Block> {
  for (let chunkOffset = 0; ; chunkOffset += CHUNK_SIZE) {
    const chunk = await file.read(chunkOffset, CHUNK_SIZE);
    for (let at = 0; at < chunk.length; at += BLOCK_SIZE) {
      yield { block: chunk.subarray(at, at + BLOCK_SIZE), blockOffset: chunkOffset + at };
    }
    if (chunk.length < CHUNK_SIZE) return;
  }
}

/** The fragment at a place; undefined if there is no whole one, whatever the reason. */
function readFragment(block: Uint8Array, at: number, offset: number): LogFragment | undefined {
  const type = block[at + 6] as number;
  if (type < FULL || type > LAST || !isSumRight(block, at, lengthAt(block, at))) return undefined;
  const from = at + HEADER_SIZE;
  return {
    kind: 'fragment',
    offset,
    data: block.subarray(from, from + lengthAt(block, at)),
    isFirst: type === FULL || type === FIRST,
    isLast: type === FULL || type === LAST,
  };
}

function lengthAt(block: Uint8Array, at: number): number {
  return (block[at + 4] as number) | ((block[at + 5] as number) << 8);
}

/** Whether a fragment of this length would have the sum that is stored with it. */
function isSumRight(block: Uint8Array, at: number, length: number): boolean {
  const end = at + HEADER_SIZE + length;
  if (end > block.length) return false;
  const stored =
    (block[at] as number) |
    ((block[at + 1] as number) << 8) |
    ((block[at + 2] as number) << 16) |
    ((block[at + 3] as number) << 24);
  return maskedCrc32c(crc32c(block, at + 6, end)) === stored >>> 0;
}

interface Source extends Block {
  readonly file: DiskFile;
  readonly size: number;
}

/** What is wrong where no whole fragment is; undefined if a crash explains it. */
async function damageAt(source: Source, at: number): Promise<string | undefined> {
  const { block, blockOffset } = source;
  const length = lengthAt(block, at);
  const isCutOff = block.length < BLOCK_SIZE && at + HEADER_SIZE + length > block.length;
  if (isCutOff) {
    // A flipped bit of the length makes a record look unfinished, and LevelDB would drop all that
    // come after it. No crash leaves the right sum for a record of almost the same length.
    for (let bit = 0; bit < 16; bit++) {
      if (isSumRight(block, at, length ^ (1 << bit))) return 'the length of a record is wrong';
    }
    return undefined;
  }
  const end = at + HEADER_SIZE + (block[at + 6] === ZERO ? 0 : length);
  if (await isZeroFromSector(source, blockOffset + at, blockOffset + end)) return undefined;
  return 'the checksum of a record is wrong';
}

/**
 * Whether the rest of the file is zeros from a sector on that begins within a record, or before. The
 * records that come before are whole, and there are none after it.
 */
async function isZeroFromSector(source: Source, from: number, to: number): Promise<boolean> {
  const { file, size } = source;
  let zerosFrom = from;
  for (let position = from; position < size; position += CHUNK_SIZE) {
    const bytes = await file.read(position, CHUNK_SIZE);
    const last = bytes.findLastIndex((byte) => byte !== 0);
    if (last >= 0) zerosFrom = Math.ceil((position + last + 1) / SECTOR_SIZE) * SECTOR_SIZE;
    if (zerosFrom > to) return false;
  }
  return zerosFrom < Math.min(to, size) || (zerosFrom === from && from < size);
}
