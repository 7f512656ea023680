import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../outside/disk/disk-error.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { SystemDisk } from '../../outside/disk/system-disk.ts';
import { readFile, writeFile } from '../../outside/disk/whole-file.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { lockDataFolder, openDataFolder } from './data-folder.ts';

const PATH = '/data/regtest';
const chain = 'regtest 0f9188f1';
const FORMAT_FILE = `blockyard data, format 1\nchain ${chain}\nchecksum `;

async function contentOf(disk: MemoryDisk, path: string): Promise<string> {
  return new TextDecoder().decode(await readFile(disk, path));
}

/** A folder that has been opened and closed once. */
async function usedFolder(disk: MemoryDisk = new MemoryDisk()): Promise<MemoryDisk> {
  await (await openDataFolder(disk, PATH, { chain })).close();
  return disk;
}

describe('a data folder', () => {
  it('is made with everything in it, and says what it is', async () => {
    const disk = new MemoryDisk();
    const folder = await openDataFolder(disk, PATH, { chain });
    expect(folder).toMatchObject({
      path: PATH,
      blocks: '/data/regtest/blocks',
      blockIndex: '/data/regtest/blocks/index',
      chainstate: '/data/regtest/chainstate',
    });
    expect(folder.index('txindex')).toBe('/data/regtest/indexes/txindex');
    const names = (await disk.list(PATH)).map(({ name, kind }) => `${name} ${kind}`);
    expect(names).toEqual(['blocks folder', 'chainstate folder', 'format file', 'indexes folder']);
    const text = await contentOf(disk, '/data/regtest/format');
    expect(text.startsWith(FORMAT_FILE)).toBe(true);
    await folder.close();
    await (await openDataFolder(disk, PATH, { chain })).close();
    expect(await contentOf(disk, '/data/regtest/format')).toBe(text);
  });

  it('can be locked before it is opened, and then stays locked when it is closed', async () => {
    const disk = new MemoryDisk();
    const lock = await lockDataFolder(disk, PATH, { chain });
    // What tells whose it is, and nothing else.
    expect((await disk.list(PATH)).map(({ name }) => name)).toEqual(['format']);
    const folder = await openDataFolder(disk, PATH, { chain, lock });
    await folder.close();
    await expect(openDataFolder(disk, PATH, { chain })).rejects.toMatchObject({ code: 'locked' });
    await lock.release();
    await (await openDataFolder(disk, PATH, { chain })).close();
  });

  it('may have its block files elsewhere', async () => {
    const disk = new MemoryDisk();
    const blocksFolder = '/large/regtest/blocks';
    const folder = await openDataFolder(disk, PATH, { chain, blocksFolder });
    expect(folder).toMatchObject({ blocks: blocksFolder, blockIndex: `${PATH}/blocks/index` });
    expect((await disk.stat(blocksFolder))?.kind).toBe('folder');
    await folder.close();
  });

  it('is for its owner alone, on the disk of the machine', async () => {
    const root = await mkdtemp(join(tmpdir(), 'blockyard-folder-'));
    const disk = new SystemDisk();
    const folder = await openDataFolder(disk, join(root, 'a', 'regtest'), { chain });
    expect((await disk.stat(folder.path))?.permissions).toBe(0o700);
    expect((await disk.stat(join(folder.path, 'format')))?.permissions).toBe(0o600);
    await folder.close();
    await rm(root, { recursive: true });
  });

  it('cannot be used twice at a time', async () => {
    const disk = new MemoryDisk();
    const folder = await openDataFolder(disk, PATH, { chain });
    await expect(openDataFolder(disk, PATH, { chain })).rejects.toMatchObject({
      name: 'StorageError',
      code: 'locked',
      path: PATH,
      message: 'cannot lock /data/regtest: it is in use by another process',
    });
    await folder.close();
    await (await openDataFolder(disk, PATH, { chain })).close();
  });

  it('of a later version is refused, and not touched', async () => {
    const disk = await usedFolder();
    const later = `blockyard data, format 2\nchain ${chain}\ncompressed yes\n`;
    await writeFile(disk, `${PATH}/format`, new TextEncoder().encode(signed(later)));
    const before = disk.changes;
    await expect(openDataFolder(disk, PATH, { chain, rebuild: true })).rejects.toMatchObject({
      code: 'newer-version',
      message:
        'cannot use /data/regtest: a later version of this program made it (format 2, and this one knows up to 1); use that version, or another folder',
    });
    expect(disk.changes).toBe(before);
  });

  it('of another program is refused, and not touched, not even to lock it', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder(`${PATH}/chainstate`);
    const before = disk.changes;
    await expect(openDataFolder(disk, PATH, { chain, rebuild: true })).rejects.toMatchObject({
      code: 'foreign',
      message: expect.stringMatching(
        /^cannot use \/data\/regtest: another program, such as Bitcoin Core/,
      ),
    });
    expect(disk.changes).toBe(before);
  });

  it('of another chain is refused', async () => {
    const disk = await usedFolder();
    await expect(openDataFolder(disk, PATH, { chain: 'main 00' })).rejects.toMatchObject({
      code: 'foreign',
      message: expect.stringContaining('it is for another chain (regtest 0f9188f1, not main 00)'),
    });
  });

  it('is refused with any bit of its format file turned over, and mended by building anew', async () => {
    const disk = await usedFolder();
    const text = await contentOf(disk, `${PATH}/format`);
    for (let at = 0; at < text.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        disk.flipBit(`${PATH}/format`, at, bit);
        await expect(openDataFolder(disk, PATH, { chain })).rejects.toMatchObject({
          code: 'corrupt',
          message: expect.stringMatching(/^\/data\/regtest\/format is damaged; run with --reindex/),
        });
        disk.flipBit(`${PATH}/format`, at, bit);
      }
    }
    for (let size = 0; size < text.length; size++) {
      disk.cutFile(`${PATH}/format`, size);
      await expect(openDataFolder(disk, PATH, { chain })).rejects.toMatchObject({
        code: 'corrupt',
      });
      await (await openDataFolder(disk, PATH, { chain, rebuild: true })).close();
      expect(await contentOf(disk, `${PATH}/format`)).toBe(text);
    }
  });

  it('opens after power was lost at any moment of making it', async () => {
    for (let changes = 1; changes < 30; changes++) {
      const disk = new MemoryDisk({ entropy: new SeededEntropy(`folder ${changes}`) });
      disk.cutPowerAfter(changes);
      await usedFolder(disk).catch((error: unknown) => expect(error).toMatchObject({ code: 'io' }));
      disk.crash();
      await usedFolder(disk);
    }
  });

  it('leaves no lock where it cannot be made, and says in one line why', async () => {
    const disk = new MemoryDisk();
    const refused: string[] = [];
    const makeFolder = disk.makeFolder.bind(disk);
    disk.makeFolder = async (path) => {
      if (refused.includes(path)) throw new DiskError('denied', 'make', path);
      await makeFolder(path);
    };
    for (const path of [`${PATH}/chainstate`, PATH]) {
      refused.splice(0, 1, path);
      await expect(openDataFolder(disk, PATH, { chain })).rejects.toMatchObject({
        name: 'StorageError',
        code: 'denied',
        path,
        message: `cannot make ${path}: permission denied; check who owns it and whether it may be written`,
      });
    }
    refused.pop();
    await (await openDataFolder(disk, PATH, { chain })).close();
  });
});

/** A format file with the checksum that belongs to it: CRC-32C, bit by bit. */
function signed(text: string): string {
  let sum = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    sum ^= byte;
    for (let i = 0; i < 8; i++) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0);
  }
  return `${text}checksum ${(~sum >>> 0).toString(16).padStart(8, '0')}\n`;
}
