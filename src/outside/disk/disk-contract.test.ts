import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import type { Disk, DiskFile } from './disk.ts';
import { DiskError } from './disk-error.ts';
import { joinPath } from './disk-path.ts';
import { MemoryDisk } from './memory-disk.ts';
import { SystemDisk } from './system-disk.ts';
import { readFile, removeIfThere, replaceFile, writeFile } from './whole-file.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const textIn = async (disk: Disk, path: string): Promise<string> =>
  new TextDecoder().decode(await readFile(disk, path));

interface Trial {
  readonly disk: Disk;
  readonly folder: string;
  end(): Promise<void>;
}

const trials: readonly [string, () => Promise<Trial>][] = [
  [
    'the disk of the machine',
    async () => {
      const folder = await mkdtemp(joinPath(tmpdir(), 'blockyard-disk-'));
      const end = (): Promise<void> => rm(folder, { recursive: true });
      return { disk: new SystemDisk(), folder, end };
    },
  ],
  [
    'a disk in memory',
    async () => {
      const disk = new MemoryDisk();
      await disk.makeFolder('/data');
      return { disk, folder: '/data', end: async () => {} };
    },
  ],
];

describe.each(trials)('%s', (_name, makeTrial) => {
  let trial: Trial;
  let disk: Disk;
  let opened: DiskFile[];
  const at = (...names: string[]): string => joinPath(trial.folder, ...names);

  beforeEach(async () => {
    trial = await makeTrial();
    disk = trial.disk;
    opened = [];
  });
  afterEach(async () => {
    for (const file of opened) await file.close();
    await trial.end();
  });

  async function open(...args: Parameters<Disk['open']>): Promise<DiskFile> {
    const file = await disk.open(...args);
    opened.push(file);
    return file;
  }

  async function expectError(
    code: string,
    path: string,
    action: () => Promise<unknown>,
  ): Promise<DiskError> {
    const error = await action().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(DiskError);
    const { message } = error as DiskError;
    expect(error).toMatchObject({ code, path });
    expect(message).toContain(path);
    expect(message).not.toContain('\n');
    return error as DiskError;
  }

  it('reads what was written, wherever in the file', async () => {
    const file = await open(at('a'), 'create-new');
    await file.write(0, text('hello world'));
    await file.write(6, text('there'));
    await file.write(20, text('!'));
    expect(await file.size()).toBe(21);
    expect(new TextDecoder().decode(await file.read(0, 100))).toBe(`hello there${'\0'.repeat(9)}!`);
    expect(await file.read(6, 5)).toEqual(text('there'));
    expect(file.readSync(6, 5)).toEqual(text('there'));
    expect(await file.read(19, 5)).toEqual(Uint8Array.of(0, 33));
    expect(await file.read(21, 5)).toEqual(new Uint8Array(0));
    expect(await file.read(100, 5)).toEqual(new Uint8Array(0));
    expect(file.readSync(100, 5)).toEqual(new Uint8Array(0));
  });

  it('behaves as an array of bytes under any sequence of writes and truncations', async () => {
    const change = fc.oneof(
      fc.record({ position: fc.nat(20_000), bytes: fc.uint8Array({ maxLength: 9000 }) }),
      fc.record({ size: fc.nat(25_000) }),
    );
    let number = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        const file = await open(at(`model-${number++}`), 'create-new');
        let model = new Uint8Array(0);
        const resize = (size: number): void => {
          const next = new Uint8Array(size);
          next.set(model.subarray(0, size));
          model = next;
        };
        for (const step of changes) {
          if ('size' in step) {
            await file.truncate(step.size);
            resize(step.size);
          } else {
            await file.write(step.position, step.bytes);
            const end = step.position + step.bytes.length;
            if (step.bytes.length > 0 && end > model.length) resize(end);
            model.set(step.bytes, step.bytes.length === 0 ? 0 : step.position);
          }
        }
        expect(await file.size()).toBe(model.length);
        expect(equalBytes(await file.read(0, 100_000), model)).toBe(true);
        expect(equalBytes(file.readSync(3, 5000), model.subarray(3, 5003))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('takes reads and writes at many places at once', async () => {
    const file = await open(at('a'), 'create-new');
    const part = (i: number): Uint8Array => new Uint8Array(1000).fill(i);
    await Promise.all(Array.from({ length: 50 }, (_, i) => file.write(i * 1000, part(i))));
    const parts = await Promise.all(
      Array.from({ length: 50 }, (_, i) => file.read(i * 1000, 1000)),
    );
    for (const [i, bytes] of parts.entries()) expect(bytes).toEqual(part(i));
  });

  it('sets aside no memory for bytes that are not there', async () => {
    const file = await open(at('a'), 'create-new');
    await file.write(0, text('short'));
    expect(await file.read(0, 2 ** 40)).toEqual(text('short'));
    expect(await file.read(2 ** 40, 2 ** 40)).toHaveLength(0);
  });

  it('opens files by four modes, and no folder', async () => {
    await expectError('not-found', at('a'), () => open(at('a'), 'read'));
    await expectError('not-found', at('a'), () => open(at('a'), 'update'));
    await (await open(at('a'), 'create')).write(0, text('1'));
    await expectError('exists', at('a'), () => open(at('a'), 'create-new'));
    expect(await (await open(at('a'), 'create')).size()).toBe(1);
    await (await open(at('a'), 'update')).write(1, text('2'));
    const reader = await open(at('a'), 'read');
    expect(await reader.read(0, 9)).toEqual(text('12'));
    await expectError('denied', at('a'), () => reader.write(0, text('3')));
    await disk.makeFolder(at('b'));
    for (const mode of ['read', 'update', 'create'] as const) {
      await expectError('is-a-folder', at('b'), () => open(at('b'), mode));
    }
    await expectError('not-a-folder', at('a', 'c'), () => open(at('a', 'c'), 'create'));
    await expectError('not-found', at('x', 'c'), () => open(at('x', 'c'), 'create'));
  });

  it('refuses to use a file that is closed; closing it twice is harmless', async () => {
    const file = await open(at('a'), 'create-new');
    await file.sync();
    await file.close();
    await file.close();
    await expectError('closed', at('a'), () => file.read(0, 1));
    await expectError('closed', at('a'), () => file.write(0, text('1')));
    await expectError('closed', at('a'), () => file.sync());
    await expectError('closed', at('a'), () => file.truncate(0));
    await expectError('closed', at('a'), () => file.size());
    expect(() => file.readSync(0, 1)).toThrow(DiskError);
  });

  it('lists a folder by name, and tells files from folders', async () => {
    for (const name of ['b', 'a10', 'a9', 'Z', 'ä']) await writeFile(disk, at(name), text(name));
    await disk.makeFolder(at('c', 'd'));
    expect(await disk.list(trial.folder)).toEqual([
      { name: 'Z', kind: 'file' },
      { name: 'a10', kind: 'file' },
      { name: 'a9', kind: 'file' },
      { name: 'b', kind: 'file' },
      { name: 'c', kind: 'folder' },
      { name: 'ä', kind: 'file' },
    ]);
    expect(await disk.list(at('c'))).toEqual([{ name: 'd', kind: 'folder' }]);
    await expectError('not-found', at('x'), () => disk.list(at('x')));
    await expectError('not-a-folder', at('b'), () => disk.list(at('b')));
  });

  it('tells what is at a path, and that nothing is', async () => {
    await writeFile(disk, at('secret'), text('12345'), { permissions: 0o600 });
    await disk.makeFolder(at('folder'));
    expect(await disk.stat(at('secret'))).toEqual({ kind: 'file', size: 5, permissions: 0o600 });
    expect(await disk.stat(at('folder'))).toMatchObject({ kind: 'folder', size: 0 });
    expect(await disk.stat(at('nothing'))).toBeUndefined();
    expect(await disk.stat(at('secret', 'below'))).toBeUndefined();
  });

  it('makes folders with those above them, again and again', async () => {
    await disk.makeFolder(at('a', 'b', 'c'));
    await disk.makeFolder(at('a', 'b', 'c'));
    await writeFile(disk, at('a', 'b', 'c', 'd'), text('1'));
    await expectError('exists', at('a', 'b', 'c', 'd'), () =>
      disk.makeFolder(at('a', 'b', 'c', 'd')),
    );
    await expectError('not-a-folder', at('a', 'b', 'c', 'd', 'e'), () =>
      disk.makeFolder(at('a', 'b', 'c', 'd', 'e')),
    );
    await disk.syncFolder(at('a', 'b'));
    await expectError('not-found', at('x'), () => disk.syncFolder(at('x')));
  });

  it('renames files and folders, and replaces a file', async () => {
    await writeFile(disk, at('old'), text('old'));
    await writeFile(disk, at('new'), text('new'));
    await disk.rename(at('new'), at('old'));
    expect(await textIn(disk, at('old'))).toBe('new');
    expect(await disk.stat(at('new'))).toBeUndefined();
    await disk.rename(at('old'), at('old'));
    expect(await textIn(disk, at('old'))).toBe('new');
    await disk.makeFolder(at('a', 'b'));
    await disk.rename(at('old'), at('a', 'b', 'moved'));
    await disk.rename(at('a'), at('c'));
    expect(await textIn(disk, at('c', 'b', 'moved'))).toBe('new');
    const target = at('x', 'y');
    await expectError('not-found', target, () => disk.rename(at('c'), target));
    await expectError('not-found', at('y'), () => disk.rename(at('nothing'), at('y')));
    await disk.makeFolder(at('d'));
    await expectError('not-empty', at('c'), () => disk.rename(at('d'), at('c')));
    await disk.rename(at('c'), at('d'));
    expect(await textIn(disk, at('d', 'b', 'moved'))).toBe('new');
    await writeFile(disk, at('file'), text('1'));
    await expectError('is-a-folder', at('d'), () => disk.rename(at('file'), at('d')));
    await expectError('not-a-folder', at('file'), () => disk.rename(at('d'), at('file')));
  });

  it('removes files and folders, and leaves open files to those who have them open', async () => {
    await writeFile(disk, at('a'), text('still here'));
    const file = await open(at('a'), 'read');
    await disk.removeFile(at('a'));
    expect(await file.read(0, 99)).toEqual(text('still here'));
    await expectError('not-found', at('a'), () => disk.removeFile(at('a')));
    await removeIfThere(disk, at('a'));
    await disk.makeFolder(at('b', 'c'));
    await writeFile(disk, at('b', 'c', 'd'), text('1'));
    await disk.removeFolder(at('b'));
    expect(await disk.stat(at('b'))).toBeUndefined();
    await expectError('not-found', at('b'), () => disk.removeFolder(at('b')));
    await writeFile(disk, at('e'), text('1'));
    await expectError('not-a-folder', at('e'), () => disk.removeFolder(at('e')));
  });

  it('writes and replaces whole files, shorter ones over longer ones', async () => {
    await writeFile(disk, at('a'), text('a long text'));
    await writeFile(disk, at('a'), text('short'));
    expect(await textIn(disk, at('a'))).toBe('short');
    await replaceFile(disk, at('a'), text('x'));
    expect(await textIn(disk, at('a'))).toBe('x');
    expect((await disk.list(trial.folder)).map(({ name }) => name)).toEqual(['a']);
    await expectError('not-found', at('b'), () => readFile(disk, at('b')));
  });

  it('gives a replaced file the permissions asked for, whatever a crash left in its way', async () => {
    await writeFile(disk, at('key.new'), text('left by a crash'), { permissions: 0o644 });
    await writeFile(disk, at('key'), text('public'), { permissions: 0o644 });
    await replaceFile(disk, at('key'), text('secret'), { permissions: 0o600 });
    expect(await disk.stat(at('key'))).toMatchObject({ permissions: 0o600 });
    expect(await textIn(disk, at('key'))).toBe('secret');
  });

  it('lets many replace one file at once, and the last one wins', async () => {
    const versions = Array.from({ length: 20 }, (_, i) => String(i).repeat(5000));
    await Promise.all(versions.map((version) => replaceFile(disk, at('a'), text(version))));
    expect(await textIn(disk, at('a'))).toBe(versions[19]);
    expect((await disk.list(trial.folder)).map(({ name }) => name)).toEqual(['a']);
  });

  it('keeps the old file where a replacement fails', async () => {
    await disk.makeFolder(at('a.new'));
    await writeFile(disk, at('a'), text('old'));
    await expectError('is-a-folder', at('a.new'), () => replaceFile(disk, at('a'), text('new')));
    expect(await textIn(disk, at('a'))).toBe('old');
  });

  it('knows how much space is left', async () => {
    expect(await disk.freeSpace(trial.folder)).toBeGreaterThan(0);
    await expectError('not-found', at('x'), () => disk.freeSpace(at('x')));
  });

  it('locks a folder for one at a time', async () => {
    const lock = await disk.lock(trial.folder);
    await expectError('locked', trial.folder, () => disk.lock(trial.folder));
    await disk.makeFolder(at('other'));
    const other = await disk.lock(at('other'));
    await other.release();
    await lock.release();
    await lock.release();
    const again = await disk.lock(trial.folder);
    await lock.release();
    await expectError('locked', trial.folder, () => disk.lock(trial.folder));
    await again.release();
    await expectError('not-found', at('x'), () => disk.lock(at('x')));
  });
});
