/** Files of framed blocks, as in `bootstrap.dat`: magic, length, block. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { regtest } from '../../../src/protocol/params/regtest.ts';

const FRAME_SIZE = 8;

export function writeFrames(path: string, blocks: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w');
  for (const raw of blocks) {
    const frame = new Uint8Array(FRAME_SIZE + raw.length);
    frame.set(regtest.magic);
    new DataView(frame.buffer).setUint32(4, raw.length, true);
    frame.set(raw, FRAME_SIZE);
    writeSync(file, frame);
  }
  closeSync(file);
}

/** The blocks of such a file, one by one: memory that is measured must not hold all of them. */
export function* readFrames(path: string): IterableIterator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    for (let at = 0; ; ) {
      const head = new Uint8Array(FRAME_SIZE);
      if (readSync(file, head, 0, FRAME_SIZE, at) < FRAME_SIZE) return;
      const raw = new Uint8Array(new DataView(head.buffer).getUint32(4, true));
      readSync(file, raw, 0, raw.length, at + FRAME_SIZE);
      yield raw;
      at += FRAME_SIZE + raw.length;
    }
  } finally {
    closeSync(file);
  }
}
