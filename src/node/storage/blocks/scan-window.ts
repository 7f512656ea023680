import type { DiskFile } from '../../../outside/disk/disk.ts';
import { attempt } from '../storage-error.ts';

const READ_SIZE = 1024 * 1024;

/** The part of a file that is in memory while it is scanned. It moves on, and never back. */
export class ScanWindow {
  readonly #file: Pick<DiskFile, 'read'>;
  bytes: Uint8Array = new Uint8Array(0);
  /** Where in `bytes` the scan is. What lies before it is given up with the next read. */
  at = 0;
  /** Where in the file `bytes` begins. */
  #base = 0;
  #isAtEnd = false;

  constructor(file: Pick<DiskFile, 'read'>) {
    this.#file = file;
  }

  /** Where in the file the scan is. */
  get position(): number {
    return this.#base + this.at;
  }

  /** Reads on until so many bytes are there, and answers whether they are. */
  async has(count: number): Promise<boolean> {
    while (this.bytes.length - this.at < count && !this.#isAtEnd) await this.#readOn(count);
    return this.bytes.length - this.at >= count;
  }

  async #readOn(count: number): Promise<void> {
    const rest = this.bytes.subarray(this.at);
    // In large steps, so that what is carried over is not copied for every byte that is gone on.
    const wanted = Math.max(READ_SIZE, count - rest.length);
    const next = await attempt(() => this.#file.read(this.#base + this.bytes.length, wanted));
    this.#isAtEnd = next.length < wanted;
    const bytes = new Uint8Array(rest.length + next.length);
    bytes.set(rest);
    bytes.set(next, rest.length);
    this.#base += this.at;
    this.bytes = bytes;
    this.at = 0;
  }
}
