import type { Disk } from '../../outside/disk/disk.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import { removeIfThere } from '../../outside/disk/whole-file.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { sha256d } from '../../protocol/crypto/hash.ts';
import { FilePool } from './blocks/file-pool.ts';
import { FRAME_HEADER_SIZE, MAX_FRAME_DATA } from './blocks/frame.ts';
import { FrameFile, type FrameFileOptions } from './blocks/frame-file.ts';
import { attempt, damaged, missing, StorageError } from './storage-error.ts';
import { TaskQueue } from './task-queue.ts';

const MIB = 1024 * 1024;
/** Bitcoin Core's `MAX_BLOCKFILE_SIZE`, `BLOCKFILE_CHUNK_SIZE` and `UNDOFILE_CHUNK_SIZE`. */
const MAX_FILE_BYTES = 128 * MIB;
const BLOCK_CHUNK_BYTES = 16 * MIB;
const UNDO_CHUNK_BYTES = 1 * MIB;

/** So many bytes wait in memory: beyond, larger writes are not faster (measured). */
const BUFFER_BYTES = 1 * MIB;
const MAX_OPEN_FILES = 32;

const CHECKSUM_SIZE = 32;

/** Where a block, or the data to undo it, is: as in Bitcoin Core, behind the magic and the length. */
export interface BlockPosition {
  readonly file: number;
  readonly offset: number;
}

/** The last frames of a pair of files that are noted somewhere: where their data begins. */
export interface KnownFrames {
  readonly file: number;
  readonly lastBlock: number | undefined;
  readonly lastUndo: number | undefined;
}

export interface BlockFilesOptions {
  /** The four bytes that tell the chain. */
  readonly magic: Uint8Array;
  /** A new file is begun where one would become larger. */
  readonly maxFileBytes?: number;
  /** Files grow in steps of so many bytes, so that their size seldom changes; 0: with each write. */
  readonly blockChunkBytes?: number;
  readonly undoChunkBytes?: number;
  readonly bufferBytes?: number;
  readonly maxOpenFiles?: number;
}

interface FilePair {
  readonly blocks: FrameFile;
  readonly undo: FrameFile;
}

/**
 * The blocks of a chain, and the data to undo them, in files as Bitcoin Core writes them: side by side,
 * in the order in which they came, and never changed.
 *
 * What is appended can be read at once, and is durable after the next {@link sync}.
 *
 * A block file has no checksums of blocks: whoever notes the position of a block notes one of its bytes.
 *
 * @example
 * const files = await BlockFiles.open(disk, '/data/regtest/blocks', [], { magic });
 * const position = await files.appendBlock(raw);
 * await files.sync();
 * await files.readBlock(position); // raw
 */
export class BlockFiles {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #options: BlockFilesOptions;
  readonly #pool: FilePool;
  readonly #pairs = new Map<number, FilePair>();
  readonly #changes = new TaskQueue();
  /** The file that blocks are appended to. */
  #current = 0;
  #hasNewNames = false;
  #failure: unknown;
  #isClosed = false;

  private constructor(disk: Disk, folder: string, options: BlockFilesOptions) {
    this.#disk = disk;
    this.#folder = folder;
    this.#options = options;
    this.#pool = new FilePool(disk, options.maxOpenFiles ?? MAX_OPEN_FILES);
  }

  /**
   * Opens the files in a folder. `known` names every file with a block that counts, and says where in it
   * the last one is. What else is there, because a crash came before it was noted, is written over.
   */
  static async open(
    disk: Disk,
    folder: string,
    known: readonly KnownFrames[],
    options: BlockFilesOptions,
  ): Promise<BlockFiles> {
    const files = new BlockFiles(disk, folder, options);
    await attempt(() => disk.makeFolder(folder));
    for (const frames of known) files.#pairs.set(frames.file, files.#makePair(frames));
    files.#current = known.reduce((most, { file }) => Math.max(most, file), 0);
    return files;
  }

  /** The file that blocks are appended to. It is the last one. */
  get current(): number {
    return this.#current;
  }

  /**
   * The files in use, and how many bytes blocks and undo data take up in each. The room to grow is not
   * counted, as Core does not: there is nothing in it.
   */
  sizes(): Promise<readonly BlockFileSize[]> {
    return attempt(async () => {
      const sizes: BlockFileSize[] = [];
      for (const [file, { blocks, undo }] of this.#pairs) {
        sizes.push({
          file,
          bytes: (await this.#usedBytes(blocks)) + (await this.#usedBytes(undo)),
        });
      }
      return sizes.sort((a, b) => a.file - b.file);
    });
  }

  /** A damaged file counts as large as it is: whoever asks for a block of it is told what is wrong. */
  async #usedBytes(file: FrameFile): Promise<number> {
    try {
      return await file.end();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return (await this.#disk.stat(file.path))?.size ?? 0;
    }
  }

  /** Appends a block. It is kept by reference until it has been written. */
  async appendBlock(raw: Uint8Array): Promise<BlockPosition> {
    checkLength(raw);
    return this.#change(async () => {
      const blocks = await this.#fileFor(raw.length + FRAME_HEADER_SIZE);
      const position = { file: this.#current, offset: await blocks.append(raw) };
      await this.#flushIfLong(blocks);
      return position;
    });
  }

  /** A block that can be had without a way to the disk. */
  peekBlock({ file, offset }: BlockPosition): Uint8Array | undefined {
    return this.#pair(file).blocks.peek(offset);
  }

  async readBlock({ file, offset }: BlockPosition): Promise<Uint8Array> {
    const { blocks } = this.#pair(file);
    return attempt(() => blocks.read(offset));
  }

  /**
   * Appends the data to undo a block, to the file beside the one that the block is in, and answers with
   * where in it they are.
   */
  async appendUndo(file: number, undo: Uint8Array, parentHash: Uint8Array): Promise<number> {
    checkLength(undo);
    const target = this.#pair(file).undo;
    return this.#change(async () => {
      const offset = await target.append(concatBytes(undo, undoChecksum(parentHash, undo)));
      this.#hasNewNames ||= offset === FRAME_HEADER_SIZE;
      await this.#flushIfLong(target);
      return offset;
    });
  }

  /** Reads the data to undo a block, and checks that it is that of a child of this parent. */
  async readUndo({ file, offset }: BlockPosition, parentHash: Uint8Array): Promise<Uint8Array> {
    const { undo } = this.#pair(file);
    const body = await attempt(() => undo.read(offset));
    const data = body.subarray(0, -CHECKSUM_SIZE);
    if (!equalBytes(body.subarray(-CHECKSUM_SIZE), undoChecksum(parentHash, data))) {
      throw damaged(undo.path, offset, 'the checksum of undo data is wrong');
    }
    return data;
  }

  /** Resolves when all that was appended before will survive a loss of power. */
  sync(): Promise<void> {
    return this.#change(async () => {
      for (const [file, { blocks, undo }] of this.#pairs) {
        await blocks.sync();
        // After a reorganisation, blocks of older files get undo data: that is no reason to make room.
        await (file === this.#current ? undo.sync() : undo.finish());
      }
      if (!this.#hasNewNames) return;
      await this.#disk.syncFolder(this.#folder);
      this.#hasNewNames = false;
    });
  }

  /** Removes a file of blocks and its undo data. Not the one that blocks are appended to. */
  async prune(file: number): Promise<void> {
    const pair = this.#pair(file);
    if (file === this.#current) throw new RangeError(`file ${file} is still being written`);
    return this.#change(async () => {
      this.#pairs.delete(file);
      for (const { path } of [pair.blocks, pair.undo]) {
        await this.#pool.close(path);
        await removeIfThere(this.#disk, path);
      }
      await this.#disk.syncFolder(this.#folder);
    });
  }

  /**
   * Makes everything durable, gives back the room to grow, and closes all files. After a failed write, it
   * only closes.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    try {
      if (this.#failure === undefined) {
        await this.sync();
        await this.#change(() => this.#finish(this.#current));
      }
    } finally {
      this.#isClosed = true;
      await this.#changes.idle();
      await attempt(() => this.#pool.closeAll());
    }
  }

  /** Runs changes one after the other. When one has failed, the files may be anything: no more. */
  #change<T>(change: () => Promise<T>): Promise<T> {
    return this.#changes.run(async () => {
      if (this.#isClosed) throw this.#closedError();
      if (this.#failure !== undefined) throw this.#failure;
      try {
        return await attempt(change);
      } catch (error) {
        this.#failure = error;
        throw error;
      }
    });
  }

  #pair(file: number): FilePair {
    if (this.#isClosed) throw this.#closedError();
    const pair = this.#pairs.get(file);
    if (pair === undefined) throw missing(blockFilePath(this.#folder, file));
    return pair;
  }

  #closedError(): StorageError {
    return new StorageError('closed', this.#folder, `the files in ${this.#folder} are closed`);
  }

  /** The file that a frame of this length is to be appended to. */
  async #fileFor(length: number): Promise<FrameFile> {
    const pair = this.#pairs.get(this.#current);
    const most = this.#options.maxFileBytes ?? MAX_FILE_BYTES;
    if (pair === undefined) return this.#begin(this.#current);
    const end = await pair.blocks.end();
    if (end === 0 || end + length <= most) return pair.blocks;
    await this.#finish(this.#current);
    this.#current++;
    return this.#begin(this.#current);
  }

  async #finish(file: number): Promise<void> {
    await this.#pairs.get(file)?.blocks.finish();
    await this.#pairs.get(file)?.undo.finish();
  }

  /** Begins a file. What a crash left of an earlier one of that name is nobody's. */
  async #begin(file: number): Promise<FrameFile> {
    const pair = this.#makePair({ file, lastBlock: undefined, lastUndo: undefined });
    for (const { path } of [pair.blocks, pair.undo]) await removeIfThere(this.#disk, path);
    this.#pairs.set(file, pair);
    this.#hasNewNames = true;
    return pair.blocks;
  }

  async #flushIfLong(file: FrameFile): Promise<void> {
    if (file.waitingBytes >= (this.#options.bufferBytes ?? BUFFER_BYTES)) await file.flush();
  }

  #makePair({ file, lastBlock, lastUndo }: KnownFrames): FilePair {
    const { magic, blockChunkBytes, undoChunkBytes } = this.#options;
    const blocks: FrameFileOptions = {
      magic,
      content: 'block',
      trailerSize: 0,
      chunkBytes: blockChunkBytes ?? BLOCK_CHUNK_BYTES,
    };
    const undo: FrameFileOptions = {
      magic,
      content: 'piece of undo data',
      trailerSize: CHECKSUM_SIZE,
      chunkBytes: undoChunkBytes ?? UNDO_CHUNK_BYTES,
    };
    return {
      blocks: new FrameFile(this.#pool, blockFilePath(this.#folder, file), lastBlock, blocks),
      undo: new FrameFile(this.#pool, undoFilePath(this.#folder, file), lastUndo, undo),
    };
  }
}

function checkLength({ length }: Uint8Array): void {
  if (length > MAX_FRAME_DATA) {
    throw new RangeError(`${length} bytes in a frame: at most ${MAX_FRAME_DATA} are allowed`);
  }
}

/** Core's checksum binds undo data to the parent of its block, so that no other block's passes. */
function undoChecksum(parentHash: Uint8Array, undo: Uint8Array): Uint8Array {
  return sha256d(concatBytes(parentHash, undo));
}

/**
 * The path of a file of blocks.
 *
 * @example
 * blockFilePath('/data/regtest/blocks', 3) // '/data/regtest/blocks/blk00003.dat'
 */
export function blockFilePath(folder: string, file: number): string {
  return joinPath(folder, `blk${String(file).padStart(5, '0')}.dat`);
}

/** The files of blocks in a folder, ordered by number, with their sizes: what reindexing reads. */
export function listBlockFiles(disk: Disk, folder: string): Promise<readonly BlockFileSize[]> {
  return attempt(async () => {
    const sizes: BlockFileSize[] = [];
    for (const { name } of await disk.list(folder)) {
      const number = /^blk(\d{5,})\.dat$/.exec(name)?.[1];
      const info = number === undefined ? undefined : await disk.stat(joinPath(folder, name));
      if (info?.kind === 'file') sizes.push({ file: Number(number), bytes: info.size });
    }
    return sizes.sort((a, b) => a.file - b.file);
  });
}

export interface BlockFileSize {
  readonly file: number;
  readonly bytes: number;
}

/** The path of the file of undo data that belongs to a file of blocks. */
export function undoFilePath(folder: string, file: number): string {
  return joinPath(folder, `rev${String(file).padStart(5, '0')}.dat`);
}
