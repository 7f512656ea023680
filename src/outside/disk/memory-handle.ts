import type { DiskFile, OpenMode } from './disk.ts';
import { DiskError } from './disk-error.ts';
import type { MemoryMedium } from './memory-medium.ts';
import type { MemoryFile } from './memory-tree.ts';

/** An open file of a simulated disk. */
export class MemoryHandle implements DiskFile {
  readonly path: string;
  readonly #file: MemoryFile;
  readonly #mode: OpenMode;
  readonly #medium: MemoryMedium;
  readonly #start: number;
  #closed = false;

  constructor(path: string, file: MemoryFile, mode: OpenMode, medium: MemoryMedium) {
    this.path = path;
    this.#file = file;
    this.#mode = mode;
    this.#medium = medium;
    this.#start = medium.starts;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    return this.readSync(position, length);
  }

  readSync(position: number, length: number): Uint8Array {
    this.#check('read');
    return this.#file.content.read(position, length);
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    this.#checkWritable('write');
    this.#medium.change('write', this.path, () => {
      const { content } = this.#file;
      // A disk that fills up takes a part first, and refuses only the rest.
      const end = Math.min(position + bytes.length, content.size + this.#medium.room);
      const part = bytes.subarray(0, Math.max(0, end - position));
      this.#medium.resize(this.#file, () => content.write(position, part));
      if (part.length < bytes.length) throw new DiskError('full', 'write', this.path);
    });
  }

  async size(): Promise<number> {
    this.#check('look at');
    return this.#file.content.size;
  }

  async truncate(size: number): Promise<void> {
    this.#checkWritable('truncate');
    this.#medium.change('truncate', this.path, () => {
      const { content } = this.#file;
      if (size - content.size > this.#medium.room) {
        throw new DiskError('full', 'truncate', this.path);
      }
      this.#medium.resize(this.#file, () => content.resize(size));
    });
  }

  async sync(): Promise<void> {
    this.#check('sync');
    this.#medium.sync('sync', this.path, () => this.#file.content.sync());
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #check(action: string): void {
    this.#medium.checkPower(action, this.path);
    if (this.#closed || this.#start !== this.#medium.starts) {
      throw new DiskError('closed', action, this.path);
    }
  }

  #checkWritable(action: string): void {
    this.#check(action);
    if (this.#mode === 'read') throw new DiskError('denied', action, this.path);
  }
}
