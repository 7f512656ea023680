import { readFileSync } from 'node:fs';

/** Magic, and a length. */
const FRAME_SIZE = 8;

/** The blocks of a file that `block-file.ts` has written. */
export function framedBlocks(path: string): readonly Uint8Array[] {
  const bytes = readFileSync(path);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    blocks.push(bytes.subarray(at + FRAME_SIZE, at + FRAME_SIZE + length));
    at += FRAME_SIZE + length;
  }
  return blocks;
}
