import type { DiskFile } from '../../../outside/disk/disk.ts';
import { damaged, isNotFound, missing } from '../storage-error.ts';
import type { FilePool } from './file-pool.ts';
import {
  FRAME_HEADER_SIZE,
  frameLength,
  isMagicAt,
  MAX_FRAME_DATA,
  putFrameHeader,
} from './frame.ts';

/** Read at once, without the way over a thread: the header, and all of a small block. */
const FIRST_READ = 4096;

/** What files of one kind have in common. */
export interface FrameFileOptions {
  readonly magic: Uint8Array;
  /** What is in a frame, as a word: "block". */
  readonly content: string;
  /** Bytes behind the data that its length does not count. */
  readonly trailerSize: number;
  /** Files grow in steps of so many bytes. */
  readonly chunkBytes: number;
}

/**
 * A file of frames that is appended to. New frames wait in memory until they are flushed, many in one
 * write, and are read from there meanwhile.
 */
export class FrameFile {
  readonly path: string;
  readonly #pool: FilePool;
  readonly #options: FrameFileOptions;
  /** The frames that wait, by the place of their data: data and trailer. */
  readonly #waiting = new Map<number, Uint8Array>();
  /** Where the data of the last frame are that counts, if somebody knows. */
  readonly #lastKnown: number | undefined;
  /** Where the next frame goes; undefined as long as nobody has asked. */
  #end: number | undefined;
  /** Up to where frames have been written. */
  #written = 0;
  /** How large the file is, with the room to grow; undefined before the first write. */
  #size: number | undefined;
  #isUnsynced = false;
  /** What was read last: whoever wants a small block wants those behind it next, as a rule. */
  #window: { readonly from: number; readonly bytes: Uint8Array } | undefined;

  /** What comes behind the last known frame is written over; all, if none is known. */
  constructor(
    pool: FilePool,
    path: string,
    lastKnown: number | undefined,
    options: FrameFileOptions,
  ) {
    this.#pool = pool;
    this.path = path;
    this.#lastKnown = lastKnown;
    this.#options = options;
  }

  get waitingBytes(): number {
    return this.#end === undefined ? 0 : this.#end - this.#written;
  }

  /** Where the next frame goes. */
  async end(): Promise<number> {
    if (this.#end !== undefined) return this.#end;
    const last = this.#lastKnown;
    const end = last === undefined ? 0 : await this.#endOf(last);
    // Somebody else may have asked meanwhile, and appended to it.
    if (this.#end !== undefined) return this.#end;
    this.#end = end;
    this.#written = end;
    return end;
  }

  /** By its length alone: if a frame is damaged otherwise, whoever reads it will see. */
  #endOf(offset: number): Promise<number> {
    return this.#use(async (file) => {
      const header = file.readSync(Math.max(0, offset - FRAME_HEADER_SIZE), FRAME_HEADER_SIZE);
      return offset + this.#bodyLength(header, offset);
    });
  }

  /** Adds a frame with this data and trailer, and answers with where the data will be. */
  async append(body: Uint8Array): Promise<number> {
    const offset = (await this.end()) + FRAME_HEADER_SIZE;
    this.#waiting.set(offset, body);
    this.#end = offset + body.length;
    return offset;
  }

  /** The data and the trailer of the frame whose data is here. */
  async read(offset: number): Promise<Uint8Array> {
    return this.#waiting.get(offset) ?? this.#use((file) => this.#readFrom(file, offset));
  }

  /** The same, if they are in memory, as they have been read or are yet to be written. */
  peek(offset: number): Uint8Array | undefined {
    const waiting = this.#waiting.get(offset);
    if (waiting !== undefined || this.#window === undefined) return waiting;
    const { from, bytes } = this.#window;
    const at = offset - from;
    if (at < FRAME_HEADER_SIZE || at > bytes.length) return undefined;
    const end = at + this.#bodyLength(bytes.subarray(at - FRAME_HEADER_SIZE, at), offset);
    return end <= bytes.length ? bytes.slice(at, end) : undefined;
  }

  async #use<T>(use: (file: DiskFile) => Promise<T>): Promise<T> {
    try {
      return await this.#pool.use(this.path, 'update', use);
    } catch (error) {
      throw isNotFound(error) ? missing(this.path) : error;
    }
  }

  async #readFrom(file: DiskFile, offset: number): Promise<Uint8Array> {
    const from = Math.max(0, offset - FRAME_HEADER_SIZE);
    const first = file.readSync(from, FIRST_READ);
    const length = this.#bodyLength(first, offset);
    const end = FRAME_HEADER_SIZE + length;
    if (end <= first.length) {
      this.#window = { from, bytes: first };
      return first.slice(FRAME_HEADER_SIZE, end);
    }
    const body = await file.read(offset, length);
    if (body.length === length) return body;
    const { content } = this.#options;
    throw damaged(this.path, offset + body.length, `the file ends within a ${content}`);
  }

  /** How long data and trailer are, by the header that comes before the data. */
  #bodyLength(header: Uint8Array, offset: number): number {
    const { magic, content, trailerSize } = this.#options;
    const at = offset - FRAME_HEADER_SIZE;
    if (at < 0 || header.length < FRAME_HEADER_SIZE || !isMagicAt(header, 0, magic)) {
      throw damaged(this.path, Math.max(0, at), `no ${content} begins here`);
    }
    const length = frameLength(header, 0);
    if (length <= MAX_FRAME_DATA) return length + trailerSize;
    throw damaged(this.path, at + 4, `a ${content} of ${length} bytes is longer than is possible`);
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const { magic, trailerSize } = this.#options;
    const [from, end] = [this.#written, await this.end()];
    const bytes = new Uint8Array(end - from);
    for (const [offset, body] of this.#waiting) {
      const at = offset - from;
      putFrameHeader(bytes, at - FRAME_HEADER_SIZE, magic, body.length - trailerSize);
      bytes.set(body, at);
    }
    await this.#pool.use(this.path, 'create', async (file) => {
      await this.#grow(file, end);
      this.#isUnsynced = true;
      await file.write(from, bytes);
    });
    this.#written = end;
    this.#waiting.clear();
    // It may reach into what has just been written.
    this.#window = undefined;
  }

  /** Makes everything durable but the name of the file. */
  async sync(): Promise<void> {
    await this.flush();
    if (!this.#isUnsynced) return;
    await this.#use((file) => file.sync());
    this.#isUnsynced = false;
  }

  /** The same, and gives back the room to grow. */
  async finish(): Promise<void> {
    await this.flush();
    const [size, end] = [this.#size, this.#end];
    if (size !== undefined && end !== undefined && size > end) {
      this.#isUnsynced = true;
      await this.#use((file) => file.truncate(end));
      this.#size = end;
    }
    await this.sync();
  }

  async #grow(file: DiskFile, end: number): Promise<void> {
    const { chunkBytes } = this.#options;
    this.#size ??= await file.size();
    if (end <= this.#size || chunkBytes === 0) return;
    const size = Math.ceil(end / chunkBytes) * chunkBytes;
    await file.truncate(size);
    this.#size = size;
  }
}
