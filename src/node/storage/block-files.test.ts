import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { coinbaseTx } from '../../../test/fixtures/regtest-blocks.ts';
import type { Disk, DiskFile } from '../../outside/disk/disk.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { readFile, writeFile } from '../../outside/disk/whole-file.ts';
import { drawBelow } from '../../outside/entropy/draw.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { fromHex } from '../../protocol/bytes/hex.ts';
import { sha256d } from '../../protocol/crypto/hash.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { encodeBlock } from '../../protocol/primitives/block.ts';
import {
  BlockFiles,
  type BlockFilesOptions,
  type BlockPosition,
  blockFilePath,
  type KnownFrames,
  listBlockFiles,
} from './block-files.ts';
import { scanFrames } from './scan-frames.ts';

const MAGIC = fromHex('fabfb5da');
const PARENT = new Uint8Array(32).fill(7);
const FOLDER = '/data/blocks';

const u32 = (value: number): Uint8Array =>
  Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
const raw = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + 1) & 0xff);
const frame = (data: Uint8Array): Uint8Array => concatBytes(MAGIC, u32(data.length), data);

let disk: MemoryDisk;
beforeEach(() => {
  disk = new MemoryDisk();
});

const plain: BlockFilesOptions = { magic: MAGIC, blockChunkBytes: 0, undoChunkBytes: 0 };

function open(options: BlockFilesOptions = plain, known: readonly KnownFrames[] = []) {
  return BlockFiles.open(disk, FOLDER, known, options);
}

/** A disk that counts its open files. */
class CountingDisk extends MemoryDisk {
  opened = 0;
  mostOpened = 0;

  override async open(...args: Parameters<Disk['open']>): Promise<DiskFile> {
    const file = await super.open(...args);
    this.opened++;
    this.mostOpened = Math.max(this.mostOpened, this.opened);
    const close = file.close.bind(file);
    file.close = async () => {
      this.opened--;
      await close();
    };
    return file;
  }
}

describe('block files', () => {
  it('are written as Bitcoin Core writes them', async () => {
    const files = await open();
    const blocks = [raw(200), raw(90, 1)];
    const undo = raw(40, 2);
    expect(await files.appendBlock(blocks[0] as Uint8Array)).toEqual({ file: 0, offset: 8 });
    expect(await files.appendBlock(blocks[1] as Uint8Array)).toEqual({ file: 0, offset: 216 });
    expect(await files.appendUndo(0, undo, PARENT)).toBe(8);
    expect(await files.appendUndo(0, undo, PARENT)).toBe(8 + 40 + 32 + 8);
    await files.close();
    const undoFrame = concatBytes(frame(undo), sha256d(concatBytes(PARENT, undo)));
    expect(await readFile(disk, '/data/blocks/blk00000.dat')).toEqual(
      concatBytes(...blocks.map(frame)),
    );
    expect(await readFile(disk, '/data/blocks/rev00000.dat')).toEqual(
      concatBytes(undoFrame, undoFrame),
    );
    expect((await disk.stat('/data/blocks/blk00000.dat'))?.permissions).toBe(0o600);
  });

  it('give back blocks of every length, before they are written and after', async () => {
    const files = await open();
    const blocks = [81, 4087, 4088, 4089, 70_000, 1_200_000].map((length) => raw(length, length));
    const positions: BlockPosition[] = [];
    for (const block of blocks) {
      const position = await files.appendBlock(block);
      expect(equalBytes(await files.readBlock(position), block)).toBe(true);
      positions.push(position);
    }
    const offset = await files.appendUndo(0, raw(5000), PARENT);
    expect(await files.readUndo({ file: 0, offset }, PARENT)).toEqual(raw(5000));
    await files.sync();
    for (const [i, position] of positions.entries()) {
      expect(equalBytes(await files.readBlock(position), blocks[i] as Uint8Array)).toBe(true);
    }
    expect(await files.readUndo({ file: 0, offset }, PARENT)).toEqual(raw(5000));
    await files.close();
  });

  it('have small blocks at hand that lie behind one that was read, and none that were not there', async () => {
    const files = await open();
    const blocks = Array.from({ length: 40 }, (_, i) => raw(200, i));
    const places = await Promise.all(blocks.map((block) => files.appendBlock(block)));
    await files.sync();
    const at = (i: number): Uint8Array | undefined => files.peekBlock(places[i] as BlockPosition);
    expect(at(0)).toBeUndefined();
    await files.readBlock(places[0] as BlockPosition);
    for (let i = 0; i < 19; i++) expect(at(i)).toEqual(blocks[i]);
    // That one reaches beyond what was read.
    expect(at(19)).toBeUndefined();
    await files.readBlock(places[39] as BlockPosition);
    const added = await files.appendBlock(raw(200, 40));
    expect(files.peekBlock(added)).toEqual(raw(200, 40));
    await files.sync();
    expect(files.peekBlock(added)).toBeUndefined();
    expect(await files.readBlock(added)).toEqual(raw(200, 40));
    await files.close();
  });

  it('grow in steps, and are cut to what is in them when they are full or closed', async () => {
    const options = { magic: MAGIC, maxFileBytes: 1000, blockChunkBytes: 256, undoChunkBytes: 64 };
    const files = await open(options);
    const sizeOf = async (name: string) => (await disk.stat(`${FOLDER}/${name}`))?.size;
    await files.appendBlock(raw(300));
    await files.appendUndo(0, raw(10), PARENT);
    await files.sync();
    expect([await sizeOf('blk00000.dat'), await sizeOf('rev00000.dat')]).toEqual([512, 64]);
    await files.appendBlock(raw(600));
    expect(await files.appendBlock(raw(300))).toEqual({ file: 1, offset: 8 });
    expect(files.current).toBe(1);
    expect([await sizeOf('blk00000.dat'), await sizeOf('rev00000.dat')]).toEqual([916, 50]);
    // A block that no file would hold has one of its own.
    expect(await files.appendBlock(raw(5000))).toEqual({ file: 2, offset: 8 });
    // Undo data goes beside its block, also where others have come since.
    expect(await files.appendUndo(0, raw(11), PARENT)).toBe(58);
    await files.sync();
    expect(await sizeOf('rev00000.dat')).toBe(101);
    expect(await files.sizes()).toEqual([
      { file: 0, bytes: 916 + 101 },
      { file: 1, bytes: 308 },
      { file: 2, bytes: 5008 },
    ]);
    expect(await sizeOf('blk00002.dat')).toBe(5120);
    await files.close();
    expect(await sizeOf('blk00002.dat')).toBe(5008);
    expect(await listBlockFiles(disk, FOLDER)).toEqual([
      { file: 0, bytes: 916 },
      { file: 1, bytes: 308 },
      { file: 2, bytes: 5008 },
    ]);
  });

  it('go on behind the last known frame, over whatever a crash has left', async () => {
    let files = await open();
    const first = await files.appendBlock(raw(100));
    const undoOffset = await files.appendUndo(0, raw(30), PARENT);
    await files.appendBlock(raw(500, 1));
    await files.appendUndo(0, raw(300, 1), PARENT);
    await files.close();
    files = await open(plain, [{ file: 0, lastBlock: first.offset, lastUndo: undoOffset }]);
    const second = await files.appendBlock(raw(200, 2));
    expect(second).toEqual({ file: 0, offset: 8 + 100 + 8 });
    expect(await files.appendUndo(0, raw(20, 2), PARENT)).toBe(8 + 30 + 32 + 8);
    await files.sync();
    expect(await files.readBlock(first)).toEqual(raw(100));
    expect(await files.readBlock(second)).toEqual(raw(200, 2));
    await files.close();
  });

  it('tell how large they are, asked while somebody appends, and of one that is damaged or gone', async () => {
    let files = await open();
    const lastBlock = (await files.appendBlock(raw(100))).offset;
    await files.close();
    const known = [{ file: 0, lastBlock, lastUndo: undefined }];
    files = await open({ magic: MAGIC }, known);
    const [sizes, second] = await Promise.all([files.sizes(), files.appendBlock(raw(50, 1))]);
    expect([[{ file: 0, bytes: 108 }], [{ file: 0, bytes: 166 }]]).toContainEqual(sizes);
    expect(await files.sizes()).toEqual([{ file: 0, bytes: 166 }]);
    await files.sync();
    expect(await files.readBlock(second)).toEqual(raw(50, 1));
    await files.close();
    await writeFile(disk, blockFilePath(FOLDER, 0), new Uint8Array(120));
    expect(await (await open(plain, known)).sizes()).toEqual([{ file: 0, bytes: 120 }]);
    await disk.removeFile(blockFilePath(FOLDER, 0));
    expect(await (await open(plain, known)).sizes()).toEqual([{ file: 0, bytes: 0 }]);
  });

  it('begin anew where a file is left of which nothing is known', async () => {
    await disk.makeFolder(FOLDER);
    await writeFile(disk, blockFilePath(FOLDER, 0), raw(1000));
    const files = await open();
    expect(await files.appendBlock(raw(100))).toEqual({ file: 0, offset: 8 });
    await files.close();
    expect(await readFile(disk, blockFilePath(FOLDER, 0))).toEqual(frame(raw(100)));
  });

  it('can be pruned, while others are read', async () => {
    const files = await open({ ...plain, maxFileBytes: 500 });
    const positions: BlockPosition[] = [];
    for (let i = 0; i < 6; i++) positions.push(await files.appendBlock(raw(300, i)));
    await files.appendUndo(0, raw(5), PARENT);
    await files.sync();
    const reading = files.readBlock(positions[0] as BlockPosition);
    await files.prune(0);
    await files.prune(2);
    expect(await reading).toEqual(raw(300));
    await expect(files.readBlock(positions[2] as BlockPosition)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(
        /^\/data\/blocks\/blk00002.dat is missing; run with --reindex/,
      ),
    });
    expect(await files.readBlock(positions[1] as BlockPosition)).toEqual(raw(300, 1));
    await expect(files.prune(5)).rejects.toThrow(RangeError);
    expect((await disk.list(FOLDER)).map(({ name }) => name)).toEqual([
      'blk00001.dat',
      'blk00003.dat',
      'blk00004.dat',
      'blk00005.dat',
    ]);
    await files.close();
  });

  it('hold few files open, and none when closed', async () => {
    const counting = new CountingDisk();
    const options = { ...plain, maxFileBytes: 300, maxOpenFiles: 3 };
    const files = await BlockFiles.open(counting, FOLDER, [], options);
    const positions: BlockPosition[] = [];
    for (let i = 0; i < 20; i++) positions.push(await files.appendBlock(raw(200, i)));
    await files.sync();
    for (let round = 0; round < 3; round++) {
      for (const [i, position] of positions.entries()) {
        expect(await files.readBlock(position)).toEqual(raw(200, i));
      }
      expect(counting.opened).toBeLessThanOrEqual(3);
    }
    const many = await Promise.all(positions.map((position) => files.readBlock(position)));
    expect(many).toEqual(positions.map((_, i) => raw(200, i)));
    await files.close();
    expect(counting.opened).toBe(0);
    const closed = { name: 'StorageError', code: 'closed' };
    await expect(files.readBlock(positions[0] as BlockPosition)).rejects.toMatchObject(closed);
    await expect(files.appendBlock(raw(90))).rejects.toMatchObject(closed);
    await expect(files.appendUndo(0, raw(90), PARENT)).rejects.toMatchObject(closed);
    await expect(files.sync()).rejects.toMatchObject(closed);
    await files.close();
    expect(counting.opened).toBe(0);
  });
});

describe('damage to block files', () => {
  /** Two blocks and undo data, with something done to them before they are read. */
  async function harmed(harm: () => void | Promise<void>) {
    const files = await open();
    const block = await files.appendBlock(raw(6000));
    const undo = { file: 0, offset: await files.appendUndo(0, raw(100), PARENT) };
    await files.appendBlock(raw(90));
    await files.sync();
    await harm();
    return { files, block, undo };
  }

  const blk = '/data/blocks/blk00000.dat';
  const rev = '/data/blocks/rev00000.dat';

  it.each([
    ['a wrong magic', () => disk.flipBit(blk, 2, 5), 'damaged at byte 0: no block begins here'],
    [
      'an impossible length',
      () => disk.flipBit(blk, 7, 6),
      'damaged at byte 4: a block of 1073747824 bytes is longer than is possible',
    ],
    [
      'a length beyond the end',
      () => disk.flipBit(blk, 6, 2),
      'damaged at byte 6106: the file ends within a block',
    ],
    [
      'an end that is cut off',
      () => disk.cutFile(blk, 3000),
      'damaged at byte 3000: the file ends',
    ],
    ['an empty file', () => disk.cutFile(blk, 0), 'damaged at byte 0: no block begins here'],
  ])('is noticed: %s', async (_name, harm, message) => {
    const { files, block } = await harmed(harm);
    await expect(files.readBlock(block)).rejects.toMatchObject({
      code: 'corrupt',
      path: blk,
      message: expect.stringContaining(`${blk} is ${message}`),
    });
    await files.close();
  });

  it('is noticed where a frame is said to be where none is', async () => {
    const { files } = await harmed(() => {});
    for (const offset of [0, 7, 9, 5000, 1_000_000]) {
      await expect(files.readBlock({ file: 0, offset })).rejects.toMatchObject({ code: 'corrupt' });
    }
    await files.close();
  });

  it('is noticed in undo data, and so is that of another block', async () => {
    const { files, undo } = await harmed(() => disk.flipBit(rev, 50, 1));
    await expect(files.readUndo(undo, PARENT)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(`${rev} is damaged at byte 8: the checksum`),
    });
    disk.flipBit(rev, 50, 1);
    expect(await files.readUndo(undo, PARENT)).toEqual(raw(100));
    await expect(files.readUndo(undo, new Uint8Array(32))).rejects.toMatchObject({
      code: 'corrupt',
    });
    await files.close();
  });
});

describe('a full disk', () => {
  it('keeps what was written, takes nothing more, and goes on when there is room again', async () => {
    disk.capacity = 3000;
    let files = await open({ ...plain, bufferBytes: 0 });
    const positions: BlockPosition[] = [];
    const fill = async () => {
      for (let i = 0; i < 10; i++) positions.push(await files.appendBlock(raw(500, i)));
    };
    await expect(fill()).rejects.toMatchObject({ name: 'StorageError', code: 'full' });
    expect(positions).toHaveLength(5);
    disk.capacity = 1_000_000;
    const full = {
      code: 'full',
      message: expect.stringMatching(/the disk is full; free some space/),
    };
    await expect(files.appendBlock(raw(100))).rejects.toMatchObject(full);
    await expect(files.sync()).rejects.toMatchObject(full);
    for (const [i, position] of positions.entries()) {
      expect(await files.readBlock(position)).toEqual(raw(500, i));
    }
    await files.close();
    const lastBlock = positions.at(-1)?.offset;
    files = await open(plain, [{ file: 0, lastBlock, lastUndo: undefined }]);
    const next = await files.appendBlock(raw(500, 9));
    expect(next.offset).toBe(5 * 508 + 8);
    expect(await files.readBlock(next)).toEqual(raw(500, 9));
    await files.close();
  });
});

describe('a loss of power', () => {
  it('never takes what was synced, and what is found by scanning is blocks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 60 }), async (seed, changes) => {
        const entropy = new SeededEntropy(`power ${seed}`);
        disk = new MemoryDisk({ entropy });
        const options = {
          magic: MAGIC,
          maxFileBytes: 3000,
          blockChunkBytes: 1024,
          undoChunkBytes: 256,
          bufferBytes: drawBelow(entropy, 2000),
        };
        const synced: Appended[] = [];
        for (let session = 0; session < 3; session++) {
          disk.cutPowerAfter(changes);
          await work(options, entropy, synced).catch((error: unknown) => {
            expect(error).toMatchObject({ name: 'StorageError', code: 'io' });
          });
          disk.crash();
          const files = await open(options, knownOf(synced));
          for (const { block, at, undo, undoAt } of synced) {
            expect(await files.readBlock(at)).toEqual(block);
            const undoPosition = { file: at.file, offset: undoAt };
            expect(await files.readUndo(undoPosition, PARENT)).toEqual(undo);
          }
          await files.close();
        }
        const found = new Set<string>();
        for (const { file } of await listBlockFiles(disk, FOLDER)) {
          const opened = await disk.open(blockFilePath(FOLDER, file), 'read');
          for await (const item of scanFrames(opened, MAGIC)) {
            if (item.kind === 'block') found.add(`${file} ${item.offset} ${item.raw}`);
          }
        }
        for (const { block, at } of synced) {
          expect(found).toContain(`${at.file} ${at.offset} ${block}`);
        }
      }),
      { numRuns: 40 },
    );
  });
});

interface Appended {
  readonly block: Uint8Array;
  readonly at: BlockPosition;
  readonly undo: Uint8Array;
  readonly undoAt: number;
}

/** What an index would say of these blocks. */
function knownOf(appended: readonly Appended[]): readonly KnownFrames[] {
  const known = new Map<number, KnownFrames>();
  for (const { at, undoAt } of appended) {
    const last = known.get(at.file);
    known.set(at.file, {
      file: at.file,
      lastBlock: Math.max(at.offset, last?.lastBlock ?? 0),
      lastUndo: Math.max(undoAt, last?.lastUndo ?? 0),
    });
  }
  return [...known.values()];
}

/** What else is in a file may be anything after a crash: a block is found because it is one. */
function wholeBlock(length: number, seed: number): Uint8Array {
  const output = { value: 0n, scriptPubKey: raw(length, seed) };
  const { header } = regtest.genesis;
  return encodeBlock({ header, transactions: [coinbaseTx(1, [output], seed)] });
}

/** Appends blocks and undo data, and notes in `synced` what must outlive a crash. */
async function work(
  options: BlockFilesOptions,
  entropy: SeededEntropy,
  synced: Appended[],
): Promise<void> {
  const files = await open(options, knownOf(synced));
  const waiting: Appended[] = [];
  for (let i = 0; i < 30; i++) {
    const block = wholeBlock(drawBelow(entropy, 700), drawBelow(entropy, 1000));
    const undo = raw(drawBelow(entropy, 200), i);
    const at = await files.appendBlock(block);
    const undoAt = await files.appendUndo(at.file, undo, PARENT);
    waiting.push({ block, at, undo, undoAt });
    if (drawBelow(entropy, 4) > 0) continue;
    await files.sync();
    synced.push(...waiting.splice(0));
  }
  await files.close();
  synced.push(...waiting);
}
