import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { SystemDisk } from '../../outside/disk/system-disk.ts';
import { writeFile as writeWhole } from '../../outside/disk/whole-file.ts';
import { drawBelow, pick } from '../../outside/entropy/draw.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { auditLevelFolder } from './level-audit.ts';
import { openLevelStore } from './level-store.ts';
import { StorageError } from './storage-error.ts';
import { WriteBatch } from './write-batch.ts';

type Files = ReadonlyMap<string, Uint8Array>;

const doors = { disk: new SystemDisk(), clock: new SystemClock() };
const entropy = new SeededEntropy('level audit');
const folders: string[] = [];
/** A database of several tables and a log, and its contents after each batch in the log. */
let files: Files;
let states: string[];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blockyard-audit-'));
  folders.push(folder);
  return folder;
}

async function load(folder: string): Promise<Files> {
  const names = (await readdir(folder)).filter((name) => !/^LO(CK|G)/.test(name));
  return new Map(
    await Promise.all(
      names.map(
        async (name) => [name, new Uint8Array(await readFile(join(folder, name)))] as const,
      ),
    ),
  );
}

/** What LevelDB finds in these files. */
async function contents(from: Files): Promise<string> {
  const folder = await newFolder();
  for (const [name, bytes] of from) await writeFile(join(folder, name), bytes);
  return contentsOf(folder);
}

async function contentsOf(folder: string): Promise<string> {
  const store = await openLevelStore(folder, doors);
  let text = '';
  for await (const [key, value] of store.iterate()) text += `${toHex(key)}=${toHex(value)}\n`;
  await store.close();
  return text;
}

/** The verdict on these files: undefined if there is nothing to say. */
async function audit(from: Files): Promise<StorageError | undefined> {
  const disk = new MemoryDisk();
  await disk.makeFolder('/db');
  for (const [name, bytes] of from) await writeWhole(disk, `/db/${name}`, bytes);
  try {
    await auditLevelFolder(disk, '/db', { cure: 'run with --reindex' });
    return undefined;
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'corrupt') throw error;
    return error;
  }
}

function withFile(name: string, bytes: Uint8Array): Files {
  return new Map(files).set(name, bytes);
}

function named(pattern: RegExp): [name: string, bytes: Uint8Array] {
  const found = [...files].filter(([name]) => pattern.test(name)).at(-1);
  if (found === undefined) throw new Error(`no file like ${pattern}`);
  return found;
}

beforeAll(async () => {
  const folder = await newFolder();
  const values = entropy.bytes(60_000);
  for (let session = 0; session < 3; session++) {
    const store = await openLevelStore(folder, doors);
    for (let i = 0; i < 20; i++) {
      const batch = new WriteBatch();
      for (let j = 0; j < 10; j++) {
        const at = drawBelow(entropy, 200);
        if (drawBelow(entropy, 4) === 0) batch.delete(Uint8Array.of(at));
        else batch.put(Uint8Array.of(at), values.subarray(at, at + drawBelow(entropy, 60)));
      }
      await store.write(batch);
    }
    await store.close();
  }
  const store = await openLevelStore(folder, doors);
  const snapshots = [store.snapshot()];
  for (let i = 0; i < 12; i++) {
    // One of them crosses two blocks of the log.
    const value = values.subarray(i, i === 5 ? 50_000 : 300 + i);
    await store.write(
      new WriteBatch().put(Uint8Array.of(7, i), value).delete(Uint8Array.of(3 * i)),
    );
    snapshots.push(store.snapshot());
  }
  states = [];
  for (const snapshot of snapshots) {
    let text = '';
    for await (const [key, value] of snapshot.iterate()) text += `${toHex(key)}=${toHex(value)}\n`;
    states.push(text);
  }
  await store.close();
  files = await load(folder);
});

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

describe('the audit of a LevelDB folder', () => {
  it('has nothing to say of one that is whole, new, or gone', async () => {
    expect([...files.keys()].filter((name) => name.endsWith('.ldb')).length).toBeGreaterThan(1);
    expect(await audit(files)).toBeUndefined();
    expect(await contents(files)).toBe(states.at(-1));
    const disk = new MemoryDisk();
    await disk.makeFolder('/db');
    expect((await auditLevelFolder(disk, '/db')).isEmpty).toBe(true);
  });

  it('finds every flipped bit that would change what is read', async () => {
    const names = [...files.keys()];
    const missed: Files[] = [];
    let found = 0;
    for (let run = 0; run < 4000; run++) {
      const name = pick(entropy, names) as string;
      const bytes = (files.get(name) as Uint8Array).slice();
      // The ends of files hold what all the rest depends on.
      const near = Math.min(bytes.length, drawBelow(entropy, 2) === 0 ? 100 : bytes.length);
      const at = bytes.length - 1 - drawBelow(entropy, near);
      bytes[at] = (bytes[at] as number) ^ (1 << drawBelow(entropy, 8));
      const flipped = withFile(name, bytes);
      const verdict = await audit(flipped);
      if (verdict === undefined) {
        missed.push(flipped);
        continue;
      }
      found++;
      expect(verdict.message).toMatch(
        /^\/db\/\S+ (is damaged at byte \d+: .*|is missing); run with --reindex$/,
      );
    }
    expect(found).toBeGreaterThan(3000);
    for (const flipped of missed.slice(0, 60)) expect(await contents(flipped)).toBe(states.at(-1));
  });

  it('lets a file that was cut off pass only where what was committed before is left', async () => {
    const passed: Files[] = [];
    for (const [name, bytes] of files) {
      const sizes = new Set<number>();
      for (let i = 0; i < 60; i++) {
        sizes.add(drawBelow(entropy, bytes.length));
        sizes.add(bytes.length - 1 - drawBelow(entropy, Math.min(bytes.length, 60)));
        sizes.add(bytes.length - 1 - drawBelow(entropy, Math.min(bytes.length, 2500)));
      }
      for (const size of sizes) {
        const cut = withFile(name, bytes.slice(0, size));
        if ((await audit(cut)) === undefined) passed.push(cut);
        else expect(name).not.toMatch(/\.log$/);
      }
    }
    expect(passed.length).toBeGreaterThan(100);
    const found = new Set<number>();
    for (const cut of passed.filter((_, i) => i % 4 === 0)) {
      const state = states.indexOf(await contents(cut));
      expect(state).toBeGreaterThanOrEqual(0);
      found.add(state);
    }
    expect(found.size).toBeGreaterThan(5);
  });

  it('takes zeros at the end of a log for a loss of power, and a prefix is left', async () => {
    const [name, log] = named(/\.log$/);
    for (let run = 0; run < 30; run++) {
      const from = 512 * drawBelow(entropy, Math.floor(log.length / 512));
      const zeroed = withFile(name, log.slice().fill(0, from));
      expect(await audit(zeroed)).toBeUndefined();
      if (run % 3 === 0) expect(states).toContain(await contents(zeroed));
      // But not where something follows them.
      const hole = log.slice();
      hole.fill(0, from, Math.min(from + 512, hole.length - 1));
      if (from + 512 < hole.length)
        expect((await audit(withFile(name, hole)))?.code).toBe('corrupt');
    }
  });

  it('misses a table, a log, a manifest and CURRENT', async () => {
    for (const pattern of [/\.ldb$/, /\.log$/, /^MANIFEST/, /^CURRENT/]) {
      const [name] = named(pattern);
      const rest = new Map(files);
      rest.delete(name);
      expect((await audit(rest))?.message).toBe(`/db/${name} is missing; run with --reindex`);
    }
  });

  it('refuses a log that lost its end when there is a later one', async () => {
    const [name, log] = named(/\.log$/);
    const later = `${String(Number.parseInt(name, 10) + 5).padStart(6, '0')}.log`;
    // The same log stands for a later one: its numbers do not go on from those of the first.
    const both = new Map(files).set(later, log);
    expect((await audit(both))?.message).toMatch(/records are missing at its end/);
    both.set(later, new Uint8Array(0)).set(name, log.slice(0, -1));
    expect(await audit(both)).toBeUndefined();
  });

  it('leaves tables for later, and finds them damaged then', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder('/db');
    for (const [name, bytes] of files) await writeWhole(disk, `/db/${name}`, bytes);
    const [name] = named(/\.ldb$/);
    disk.flipBit(`/db/${name}`, 3, 3);
    const { rest } = await auditLevelFolder(disk, '/db', { tableBytes: 0 });
    expect(rest.count).toBeGreaterThan(1);
    await disk.removeFile(`/db/${name}`);
    await expect(rest.run()).rejects.toMatchObject({ code: 'corrupt', path: `/db/${name}` });
    await rest.close();
  });
});

describe('a LevelDB store', () => {
  it('is not opened where a file is damaged, and nothing is deleted', async () => {
    const folder = await newFolder();
    const [name, table] = named(/\.ldb$/);
    const flipped = table.slice();
    flipped[10] = (flipped[10] as number) ^ 1;
    for (const [other, bytes] of withFile(name, flipped))
      await writeFile(join(folder, other), bytes);
    await expect(openLevelStore(folder, doors, { cure: 'call a friend' })).rejects.toMatchObject({
      code: 'corrupt',
      path: join(folder, name),
      message: `${join(folder, name)} is damaged at byte 0: the checksum of a block is wrong; call a friend`,
    });
    expect((await readdir(folder)).sort()).toEqual([...files.keys()].sort());
  });

  it('says what keeps it from opening', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(openLevelStore(join(folder, 'file'), doors)).rejects.toMatchObject({
      name: 'StorageError',
      code: 'io',
    });
    await mkdir(join(folder, 'store', 'CURRENT'), { recursive: true });
    await expect(openLevelStore(join(folder, 'store'), doors)).rejects.toMatchObject({
      name: 'StorageError',
    });
  });
});
