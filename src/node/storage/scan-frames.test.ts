import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { writeFile } from '../../outside/disk/whole-file.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { fromHex } from '../../protocol/bytes/hex.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { encodeBlock } from '../../protocol/primitives/block.ts';
import { scanFrames } from './scan-frames.ts';

const MAGIC = fromHex('fabfb5da');
const block = encodeBlock(regtest.genesis);
const u32 = (value: number): Uint8Array =>
  Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
const frame = (data: Uint8Array): Uint8Array => concatBytes(MAGIC, u32(data.length), data);
const FRAME = frame(block);
const SIZE = FRAME.length;
const junk = Uint8Array.of(1, 2, 3, 4, 5);

/** What is found, as short as it can be told, and how many bytes were read for it. */
async function scan(...parts: readonly Uint8Array[]) {
  const disk = new MemoryDisk();
  await writeFile(disk, '/file', concatBytes(...parts));
  const file = await disk.open('/file', 'read');
  let bytesRead = 0;
  const counted = {
    read: async (position: number, length: number) => {
      const bytes = await file.read(position, length);
      bytesRead += bytes.length;
      return bytes;
    },
  };
  const found: string[] = [];
  for await (const item of scanFrames(counted, MAGIC)) {
    if (item.kind === 'garbage') found.push(`garbage ${item.from}-${item.end}`);
    else if (item.kind === 'cut-off') found.push(`cut off ${item.offset}+${item.length}`);
    else if (item.raw.length === block.length) found.push(`block ${item.offset}-${item.end}`);
    else found.push(`block of ${item.raw.length}`);
  }
  return { found, bytesRead };
}

describe('a file of frames', () => {
  it('gives its blocks with their places, between zeros and garbage', async () => {
    const zeros = new Uint8Array(50);
    const { found } = await scan(zeros, FRAME, junk, FRAME, FRAME, zeros, junk, zeros);
    expect(found).toEqual([
      `block 58-${SIZE + 50}`,
      `garbage ${SIZE + 50}-${SIZE + 55}`,
      `block ${SIZE + 63}-${2 * SIZE + 55}`,
      `block ${2 * SIZE + 63}-${3 * SIZE + 55}`,
      `garbage ${3 * SIZE + 105}-${3 * SIZE + 110}`,
    ]);
    expect((await scan()).found).toEqual([]);
  });

  it('says which block it ends in', async () => {
    expect((await scan(FRAME, junk, FRAME.subarray(0, 100))).found).toEqual([
      `block 8-${SIZE}`,
      `garbage ${SIZE}-${SIZE + 5}`,
      `cut off ${SIZE + 13}+${block.length}`,
    ]);
    expect((await scan(FRAME, MAGIC)).found).toEqual([
      `block 8-${SIZE}`,
      `garbage ${SIZE}-${SIZE + 4}`,
    ]);
  });

  it('loses no block to a frame before it whose length is wrong', async () => {
    for (const length of [81, block.length - 1, block.length + 3, 2 * SIZE - 8, 5000, 3_999_999]) {
      const wrong = FRAME.slice();
      wrong.set(u32(length), 4);
      const { found } = await scan(wrong, FRAME, FRAME);
      expect(found.slice(-2)).toEqual([
        `block ${SIZE + 8}-${2 * SIZE}`,
        `block ${2 * SIZE + 8}-${3 * SIZE}`,
      ]);
      expect(found).toHaveLength(3);
    }
  });

  it('gives blocks of every size, wherever a read ends', async () => {
    const lengths = [4_000_000, 1_048_568, 81, 1_048_575, 700_000, 3_999_999];
    const parts = lengths.map((length) => frame(new Uint8Array(length).fill(9)));
    const { found, bytesRead } = await scan(...parts);
    expect(found).toEqual(lengths.map((length) => `block of ${length}`));
    expect(bytesRead).toBe(parts.reduce((sum, { length }) => sum + length, 0));
  });

  it('is read once, whatever it pretends to be', async () => {
    const opening = concatBytes(MAGIC, u32(4_000_000));
    const openings = new Uint8Array(6_000_000);
    for (let at = 0; at < openings.length; at += 8) openings.set(opening, at);
    const { found, bytesRead } = await scan(openings, FRAME);
    expect(found.at(-1)).toBe(`block 6000008-${6_000_000 + SIZE}`);
    expect(bytesRead).toBe(6_000_000 + SIZE);
  });

  it('is found whole, whatever small thing stands between its blocks', async () => {
    const bit = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom(MAGIC, MAGIC.subarray(0, 3), concatBytes(MAGIC, u32(90)), new Uint8Array(9)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(bit, { maxLength: 3 }), { maxLength: 6 }),
        async (gaps) => {
          const parts = gaps.flatMap((gap) => [...gap, FRAME]);
          const { found } = await scan(...parts, junk);
          expect(found.filter((line) => line.startsWith('block'))).toHaveLength(gaps.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});
