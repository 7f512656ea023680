import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededEntropy } from '../entropy/seeded-entropy.ts';
import { DiskError } from './disk-error.ts';
import { MemoryDisk } from './memory-disk.ts';
import { readFile, replaceFile, writeFile } from './whole-file.ts';

const SECTOR = 512;

function diskOf(seed: number): MemoryDisk {
  return new MemoryDisk({ entropy: new SeededEntropy(`crash ${seed}`) });
}

async function codeOf(action: Promise<unknown>): Promise<string | undefined> {
  try {
    await action;
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(DiskError);
    return (error as DiskError).code;
  }
}

/** What many crashes leave, as one text each. */
async function outcomes(run: (disk: MemoryDisk) => Promise<string>): Promise<Set<string>> {
  const found = new Set<string>();
  for (let seed = 0; seed < 300; seed++) found.add(await run(diskOf(seed)));
  return found;
}

describe('a crash', () => {
  it('keeps whatever was synced', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 9000 }),
        async (seed, bytes) => {
          const disk = diskOf(seed);
          const file = await disk.open('/a', 'create-new');
          await file.write(100, bytes);
          await file.sync();
          await disk.syncFolder('/');
          disk.crash();
          expect((await readFile(disk, '/a')).subarray(100)).toEqual(bytes);
        },
      ),
    );
  });

  it('keeps a random part of the sectors that were not synced, each of them whole', async () => {
    const seen = await outcomes(async (disk) => {
      await writeFile(disk, '/a', new Uint8Array(8 * SECTOR).fill(1));
      const file = await disk.open('/a', 'update');
      await file.sync();
      await disk.syncFolder('/');
      await file.write(0, new Uint8Array(8 * SECTOR).fill(2));
      disk.crash();
      const bytes = await readFile(disk, '/a');
      expect(bytes).toHaveLength(8 * SECTOR);
      let pattern = '';
      for (let at = 0; at < bytes.length; at += SECTOR) {
        const sector = new Set(bytes.subarray(at, at + SECTOR));
        expect(sector.size).toBe(1);
        pattern += [...sector][0];
      }
      return pattern;
    });
    expect(seen).toContain('11111111');
    expect(seen).toContain('22222222');
    expect(seen.size).toBeGreaterThan(50);
  });

  it('may lose the growth of a file, keep it without its bytes, or keep a part', async () => {
    const sizes = await outcomes(async (disk) => {
      await writeFile(disk, '/a', new Uint8Array(1000).fill(1));
      const file = await disk.open('/a', 'update');
      await file.sync();
      await disk.syncFolder('/');
      await file.write(1000, new Uint8Array(9000).fill(2));
      disk.crash();
      const bytes = await readFile(disk, '/a');
      expect(bytes.subarray(0, 1000).every((byte) => byte === 1)).toBe(true);
      expect(bytes.subarray(1000).every((byte) => byte === 2 || byte === 0)).toBe(true);
      if (bytes.length === 1000) return 'lost';
      if (bytes.length < 10_000) return 'a part';
      return bytes.subarray(1000).includes(0) ? 'with holes' : 'kept';
    });
    expect([...sizes].sort()).toEqual(['a part', 'kept', 'lost', 'with holes']);
  });

  it('undoes a truncation or keeps it, and never mixes the two', async () => {
    const seen = await outcomes(async (disk) => {
      const file = await disk.open('/a', 'create-new');
      await file.write(0, new Uint8Array(20_000).fill(7));
      await file.sync();
      await disk.syncFolder('/');
      await file.truncate(4096);
      disk.crash();
      const bytes = await readFile(disk, '/a');
      return bytes.every((byte) => byte === 7) ? `${bytes.length}` : 'mixed';
    });
    expect([...seen].sort()).toEqual(['20000', '4096']);
  });

  it('may lose the name of a new file whose bytes were synced, until its folder is', async () => {
    const create = async (disk: MemoryDisk, syncFolder: boolean): Promise<string> => {
      await disk.makeFolder('/data');
      const file = await disk.open('/data/a', 'create-new');
      await file.write(0, Uint8Array.of(1, 2, 3));
      await file.sync();
      if (syncFolder) await disk.syncFolder('/data');
      disk.crash();
      const info = await disk.stat('/data/a');
      return info === undefined ? 'lost' : `${info.size} bytes`;
    };
    const unsynced = await outcomes((disk) => create(disk, false));
    expect([...unsynced].sort()).toEqual(['3 bytes', 'lost']);
    expect([...(await outcomes((disk) => create(disk, true)))]).toEqual(['3 bytes']);
  });

  it('may keep a rename whose bytes are lost, as file systems do', async () => {
    const seen = await outcomes(async (disk) => {
      await replaceFile(disk, '/a', new Uint8Array(100).fill(1));
      await writeFile(disk, '/b', new Uint8Array(100).fill(2));
      await disk.rename('/b', '/a');
      disk.crash();
      const bytes = await readFile(disk, '/a');
      return `${bytes.length} of ${bytes[0]}`;
    });
    expect(seen).toContain('100 of 1');
    expect(seen).toContain('100 of 2');
    expect(seen).toContain('0 of undefined');
  });

  it('never loses or doubles a file that was being moved', async () => {
    const seen = await outcomes(async (disk) => {
      await disk.makeFolder('/x');
      await disk.makeFolder('/y');
      await replaceFile(disk, '/x/a', Uint8Array.of(1));
      await disk.rename('/x/a', '/y/b');
      await disk.rename('/y/b', '/x/c');
      disk.crash();
      const left = [...(await disk.list('/x')), ...(await disk.list('/y'))];
      return left.map(({ name }) => name).join();
    });
    expect([...seen].sort()).toEqual(['a', 'b', 'c']);
  });

  it('brings back removed files and folders, until their folder is synced', async () => {
    const remove = async (disk: MemoryDisk, sync: boolean): Promise<string> => {
      await disk.makeFolder('/x/y');
      await replaceFile(disk, '/x/y/a', Uint8Array.of(1));
      await disk.removeFolder('/x');
      if (sync) await disk.syncFolder('/');
      disk.crash();
      if ((await disk.stat('/x')) === undefined) return 'gone';
      return (await disk.stat('/x/y/a')) === undefined ? 'folder' : 'all';
    };
    expect([...(await outcomes((disk) => remove(disk, false)))].sort()).toEqual([
      'all',
      'folder',
      'gone',
    ]);
    expect([...(await outcomes((disk) => remove(disk, true)))]).toEqual(['gone']);
  });

  it('leaves nothing open and nothing locked', async () => {
    const disk = diskOf(1);
    await disk.makeFolder('/data');
    const file = await disk.open('/data/a', 'create-new');
    const lock = await disk.lock('/data');
    disk.crash();
    expect(await codeOf(file.write(0, Uint8Array.of(1)))).toBe('closed');
    const next = await disk.lock('/data');
    await lock.release();
    expect(await codeOf(disk.lock('/data'))).toBe('locked');
    await next.release();
  });

  it('comes out the same for the same seed', async () => {
    const run = async (): Promise<string> => {
      const disk = diskOf(7);
      for (let i = 0; i < 50; i++) {
        await writeFile(disk, `/f${i % 7}`, new Uint8Array(3000).fill(i));
        if (i % 5 === 0) await disk.syncFolder('/');
        if (i % 11 === 0) disk.crash();
      }
      disk.crash();
      const entries = await disk.list('/');
      const files = entries.map(async ({ name }) => [name, ...(await readFile(disk, `/${name}`))]);
      return JSON.stringify(await Promise.all(files));
    };
    expect(await run()).toBe(await run());
  });
});

describe('replaceFile', () => {
  it('leaves the old content or the new one, wherever the power is cut', async () => {
    const [before, after] = [new Uint8Array(2000).fill(1), new Uint8Array(3000).fill(2)];
    const seen = new Set<number>();
    let cuts = 0;
    for (let seed = 0; seed < 40; seed++) {
      for (let changes = 1; ; changes++) {
        const disk = diskOf(seed);
        await replaceFile(disk, '/a', before);
        disk.cutPowerAfter(changes);
        const code = await codeOf(replaceFile(disk, '/a', after));
        if (code !== undefined) {
          expect(code).toBe('io');
          expect(await codeOf(disk.stat('/a'))).toBe('io');
        }
        disk.crash();
        const found = await readFile(disk, '/a');
        expect([...new Set(found)]).toHaveLength(1);
        expect(found).toHaveLength(found[0] === 1 ? 2000 : 3000);
        seen.add(found[0] as number);
        if (code === undefined) {
          expect(found[0]).toBe(2);
          break;
        }
        cuts++;
      }
    }
    expect([...seen].sort()).toEqual([1, 2]);
    // Create, write, sync, rename, sync of the folder: five places to die, five times forty.
    expect(cuts).toBe(200);
  });

  it('keeps the old file on a full disk, gives the space back, and works again later', async () => {
    const disk = diskOf(1);
    await replaceFile(disk, '/a', new Uint8Array(1000).fill(1));
    disk.capacity = 2500;
    expect(await codeOf(replaceFile(disk, '/a', new Uint8Array(2000)))).toBe('full');
    expect(disk.used).toBe(1000);
    expect((await readFile(disk, '/a'))[0]).toBe(1);
    disk.capacity = 3000;
    await replaceFile(disk, '/a', new Uint8Array(2000).fill(2));
    expect((await readFile(disk, '/a'))[0]).toBe(2);
    expect(disk.used).toBe(2000);
  });
});

describe('a full disk', () => {
  it('takes the bytes that fit and refuses the rest', async () => {
    const disk = new MemoryDisk({ capacity: 1000 });
    const file = await disk.open('/a', 'create-new');
    await file.write(0, new Uint8Array(600).fill(1));
    expect(await codeOf(file.write(600, new Uint8Array(600).fill(2)))).toBe('full');
    expect(await file.size()).toBe(1000);
    expect(await file.read(599, 2)).toEqual(Uint8Array.of(1, 2));
    expect(await disk.freeSpace('/')).toBe(0);
    await file.write(0, new Uint8Array(1000).fill(3));
    expect(await codeOf(file.truncate(1001))).toBe('full');
    expect(await codeOf(file.write(5000, Uint8Array.of(1)))).toBe('full');
    expect(disk.used).toBe(1000);
    await file.truncate(100);
    expect(await disk.freeSpace('/')).toBe(900);
  });

  it('has room again for what is removed, replaced or lost in a crash', async () => {
    const disk = new MemoryDisk({ capacity: 1000 });
    await writeFile(disk, '/a', new Uint8Array(400));
    await writeFile(disk, '/b', new Uint8Array(600));
    await disk.rename('/b', '/a');
    expect(disk.used).toBe(600);
    await disk.removeFile('/a');
    expect(disk.used).toBe(0);
    await writeFile(disk, '/c', new Uint8Array(700));
    disk.crash();
    const size = (await disk.stat('/c'))?.size ?? 0;
    expect(disk.used).toBe(size);
  });
});

describe('rot', () => {
  it('turns over a bit, for good', async () => {
    const disk = diskOf(1);
    await replaceFile(disk, '/a', new Uint8Array(1000).fill(0xf0));
    disk.flipBit('/a', 700, 0);
    disk.crash();
    const bytes = await readFile(disk, '/a');
    expect(bytes[700]).toBe(0xf1);
    expect(bytes.filter((byte) => byte !== 0xf0)).toHaveLength(1);
    expect(() => disk.flipBit('/b', 0, 0)).toThrow(DiskError);
  });

  it('turns over a bit of bytes that are not synced yet, and of those below them', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const disk = diskOf(seed);
      await replaceFile(disk, '/a', new Uint8Array(1000).fill(1));
      const file = await disk.open('/a', 'update');
      await file.write(0, new Uint8Array(1000).fill(2));
      disk.flipBit('/a', 3, 7);
      disk.crash();
      expect([0x81, 0x82]).toContain((await readFile(disk, '/a'))[3]);
    }
  });

  it('cuts a file off, for good', async () => {
    const disk = diskOf(1);
    await replaceFile(disk, '/a', new Uint8Array(1000).fill(1));
    disk.cutFile('/a', 10);
    disk.crash();
    expect(await readFile(disk, '/a')).toEqual(new Uint8Array(10).fill(1));
    expect(disk.used).toBe(10);
  });
});

it('holds large files of zeros, and changes without end, in little memory', async () => {
  const disk = diskOf(1);
  const file = await disk.open('/blk00000.dat', 'create-new');
  const before = process.memoryUsage().arrayBuffers;
  await file.truncate(2 ** 37);
  await file.write(2 ** 36, new Uint8Array(8192));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  for (let i = 0; i < 15_000; i++) {
    await disk.open(`/t${i}`, 'create-new');
    await disk.removeFile(`/t${i}`);
  }
  disk.crash();
  // Of 30,000 changes the last 10,000 are undecided at most: those of the last 5,000 files.
  const left = (await disk.list('/')).filter(({ name }) => name.startsWith('t'));
  expect(left.filter(({ name }) => Number(name.slice(1)) < 9_999)).toEqual([]);
});
