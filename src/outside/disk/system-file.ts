import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { DiskFile } from './disk.ts';
import { DiskError } from './disk-error.ts';
import { attempt, toDiskError } from './system-disk-error.ts';

/** Requests beyond this are held against the size of the file before memory is set aside for them. */
const CAREFUL_ABOVE = 65536;

/** An open file of the machine. */
export class SystemFile implements DiskFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #closed = false;

  constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    return this.#attempt('read', async () => {
      let wanted = length;
      if (length > CAREFUL_ABOVE) {
        const { size } = await this.#handle.stat();
        wanted = Math.min(length, Math.max(0, size - position));
      }
      const bytes = unfilled(wanted);
      let done = 0;
      while (done < wanted) {
        const { bytesRead } = await this.#handle.read(bytes, done, wanted - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    });
  }

  readSync(position: number, length: number): Uint8Array {
    this.#checkOpen('read');
    try {
      const bytes = unfilled(length);
      let done = 0;
      while (done < length) {
        const count = readSync(this.#handle.fd, bytes, done, length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return bytes.subarray(0, done);
    } catch (error) {
      throw toDiskError('read', this.path, error);
    }
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    await this.#attempt('write', async () => {
      // A disk that fills up takes a part first, and refuses only the rest.
      let done = 0;
      while (done < bytes.length) {
        const rest = bytes.length - done;
        const { bytesWritten } = await this.#handle.write(bytes, done, rest, position + done);
        done += bytesWritten;
      }
    });
  }

  async size(): Promise<number> {
    return this.#attempt('look at', async () => (await this.#handle.stat()).size);
  }

  async truncate(size: number): Promise<void> {
    await this.#attempt('truncate', () => this.#handle.truncate(size));
  }

  async sync(): Promise<void> {
    await this.#attempt('sync', () => this.#handle.datasync());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await attempt('close', this.path, () => this.#handle.close());
  }

  #attempt<T>(action: string, call: () => Promise<T>): Promise<T> {
    this.#checkOpen(action);
    return attempt(action, this.path, call);
  }

  #checkOpen(action: string): void {
    if (this.#closed) throw new DiskError('closed', action, this.path);
  }
}

/** Memory that is about to be read into need not be cleared first; none of it leaves unread. */
function unfilled(length: number): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(length);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length);
}
