import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import type { DiskFile, OpenMode } from '../../outside/disk/disk.ts';
import { DiskError } from '../../outside/disk/disk-error.ts';
import { SystemDisk } from '../../outside/disk/system-disk.ts';
import { describeKeyValueStore } from './key-value-contract.ts';
import type { KeyValueStore, StoreOptions } from './key-value-store.ts';
import { openLevelStore } from './level-store.ts';
import { WriteBatch } from './write-batch.ts';

const clock = new SystemClock();
const folders: string[] = [];
const stores: KeyValueStore[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blockyard-level-'));
  folders.push(folder);
  return folder;
}

async function open(
  folder: string,
  options?: StoreOptions,
  disk: SystemDisk = new SystemDisk(),
): Promise<KeyValueStore> {
  const store = await openLevelStore(folder, { disk, clock }, options);
  stores.push(store);
  return store;
}

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describeKeyValueStore('LevelDB', async (contractClock) => {
  const folder = await mkdtemp(join(tmpdir(), 'blockyard-level-'));
  const doors = { disk: new SystemDisk(), clock: contractClock };
  return {
    open: (options) => openLevelStore(join(folder, 'store'), doors, options),
    remove: () => rm(folder, { recursive: true }),
  };
});

/** A disk that notes what is synced, and can refuse it. */
class WatchedDisk extends SystemDisk {
  readonly synced: string[] = [];
  refusal: DiskError | undefined;

  override async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const file = await super.open(path, mode);
    const sync = file.sync.bind(file);
    file.sync = async () => {
      if (this.refusal !== undefined) throw this.refusal;
      this.synced.push(path.slice(path.lastIndexOf('/') + 1));
      await sync();
    };
    return file;
  }

  override async syncFolder(path: string): Promise<void> {
    this.synced.push('folder');
    await super.syncFolder(path);
  }
}

const one = Uint8Array.of(1);
const putOne = (): WriteBatch => new WriteBatch().put(one, one);

function openFilesIn(folder: string): readonly string[] {
  const all = '/proc/self/fd';
  if (!existsSync(all)) return [];
  return readdirSync(all).flatMap((fd) => {
    try {
      const path = readlinkSync(join(all, fd));
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return [];
    }
  });
}

describe('a durable write to LevelDB', () => {
  it('syncs what was written before it, in whatever log that is', async () => {
    const disk = new WatchedDisk();
    const folder = await newFolder();
    const store = await open(folder, { writeBufferBytes: 65536 }, disk);
    const logs = async () => (await readdir(folder)).filter((name) => name.endsWith('.log'));
    await store.write(putOne(), { durable: true });
    // The folder, for the first log. LevelDB itself has synced the log.
    expect(disk.synced.splice(0)).toEqual(['folder', 'folder']);
    await store.write(putOne(), { durable: true });
    expect(disk.synced.splice(0)).toEqual([]);
    await store.write(putOne());
    const before = await logs();
    await store.write(new WriteBatch().put(one, new Uint8Array(200_000)), { durable: true });
    expect(disk.synced.splice(0)).toEqual(before);
    await store.write(putOne(), { durable: true });
    // The write buffer was full, and another log has been begun.
    expect(await logs()).not.toEqual(before);
    expect(disk.synced.splice(0)).toEqual(['folder']);
    await store.write(putOne());
    await store.write(new WriteBatch(), { durable: true });
    // The older log may be gone by now, or be on its way into a table.
    expect(disk.synced).toContain((await logs()).at(-1));
  });

  it('that fails is the last one, until the store is opened again', async () => {
    const disk = new WatchedDisk();
    const folder = await newFolder();
    let store = await open(folder, {}, disk);
    await store.write(putOne());
    disk.refusal = new DiskError('full', 'sync', folder);
    const full = { name: 'StorageError', code: 'full' };
    await expect(store.write(putOne(), { durable: true })).rejects.toMatchObject(full);
    disk.refusal = undefined;
    await expect(store.write(putOne())).rejects.toMatchObject({
      ...full,
      message: expect.stringMatching(
        /^nothing more is written to .*, since an earlier write failed: .*: the disk is full; free/,
      ),
    });
    expect(await store.get(one)).toEqual(one);
    await store.close();
    store = await open(folder, {}, disk);
    await store.write(putOne(), { durable: true });
  });
});

describe('a LevelDB store', () => {
  it('leaves no file open when it is closed, nor when it could not be opened', async () => {
    const folder = await newFolder();
    for (let i = 0; i < 3; i++) {
      const store = await open(folder, { auditBytes: 0 });
      const snapshot = store.snapshot();
      await store.write(putOne());
      for await (const _ of store.iterate()) break;
      expect(await snapshot.getMany(new Array(9000).fill(one))).toHaveLength(9000);
      await store.close();
    }
    expect(openFilesIn(folder)).toEqual([]);
    await writeFile(join(folder, 'CURRENT'), 'MANIFEST');
    await expect(open(folder, { auditBytes: 0 })).rejects.toMatchObject({ code: 'corrupt' });
    expect(openFilesIn(folder)).toEqual([]);
    await open(folder, { wipe: true });
  });

  it('tells of damage that is found later, and answers nothing more', async () => {
    const folder = await newFolder();
    for (let i = 0; i < 2; i++) {
      const store = await open(folder);
      await store.write(new WriteBatch().put(Uint8Array.of(i), new Uint8Array(1000)));
      await store.close();
    }
    const table = (await readdir(folder)).find((name) => name.endsWith('.ldb')) as string;
    const bytes = await readFile(join(folder, table));
    bytes[500] = (bytes[500] as number) ^ 4;
    await writeFile(join(folder, table), bytes);
    let tell: (error: Error) => void;
    const found = new Promise<Error>((resolve) => {
      tell = resolve;
    });
    const onDamage = (error: Error): void => tell(error);
    const store = await open(folder, { auditBytes: 0, cure: 'start over', onDamage });
    const damage = {
      code: 'corrupt',
      message: `${join(folder, table)} is damaged at byte 0: the checksum of a block is wrong; start over`,
    };
    expect(await found).toMatchObject(damage);
    await expect(store.get(one)).rejects.toMatchObject(damage);
    await expect(store.write(putOne())).rejects.toMatchObject(damage);
    await store.close();
    expect(openFilesIn(folder)).toEqual([]);
  });
});
