import { closeSync, openSync, writeSync } from 'node:fs';
import { regtest } from '../src/protocol/params/regtest.ts';

/** Magic, and a length. */
const FRAME_SIZE = 8;

/** A file of framed blocks, as in `bootstrap.dat`, that is being written. */
export class BlockFileWriter {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  add(block: Uint8Array): void {
    const frame = new Uint8Array(FRAME_SIZE + block.length);
    frame.set(regtest.magic);
    new DataView(frame.buffer).setUint32(4, block.length, true);
    frame.set(block, FRAME_SIZE);
    writeSync(this.#file, frame);
  }

  close(): void {
    closeSync(this.#file);
  }
}
