import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import type { Disk } from '../../outside/disk/disk.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { readFile, writeFile } from '../../outside/disk/whole-file.ts';
import { openLogFile } from './log-file.ts';
import { openDebugLog } from './open-debug-log.ts';

const PATH = '/data/regtest/debug.log';
const START = '\n\n\n\n\n';

async function textOf(disk: Disk, path = PATH): Promise<string> {
  return new TextDecoder().decode(await readFile(disk, path));
}

describe('a log file', () => {
  it('is there from the start, for its owner alone', async () => {
    const disk = new MemoryDisk();
    const file = await openLogFile(disk, PATH);
    expect((await disk.stat(PATH))?.permissions).toBe(0o600);
    await file.close();
    expect(await textOf(disk)).toBe(START);
  });

  it('has all lines in their order when it is closed, behind those of earlier runs', async () => {
    const disk = new MemoryDisk();
    for (const run of [1, 2]) {
      const file = await openLogFile(disk, PATH);
      for (let i = 0; i < 100; i++) {
        file.write(`${run} ${i} …\n`);
        if (i % 7 === 0) await Promise.resolve();
      }
      await file.close();
      file.write('too late\n');
    }
    const lines = (run: number): string =>
      Array.from({ length: 100 }, (_, i) => `${run} ${i} …\n`).join('');
    expect(await textOf(disk)).toBe(START + lines(1) + START + lines(2));
  });

  it('is written soon, without being closed', async () => {
    const disk = new MemoryDisk();
    const file = await openLogFile(disk, PATH);
    file.write('now\n');
    await expect.poll(() => textOf(disk)).toBe(`${START}now\n`);
    await file.close();
  });

  it('goes on in a new file when somebody has moved the old one away', async () => {
    const disk = new MemoryDisk();
    const file = await openLogFile(disk, PATH);
    file.write('old\n');
    await expect.poll(() => textOf(disk)).toContain('old\n');
    await disk.rename(PATH, `${PATH}.1`);
    file.reopen();
    file.write('new\n');
    await file.close();
    expect(await textOf(disk, `${PATH}.1`)).toBe(`${START}old\n`);
    expect(await textOf(disk)).toBe('new\n');
  });

  it('does without a full disk, and says how much is missing once there is room', async () => {
    const disk = new MemoryDisk({ capacity: 50 });
    const file = await openLogFile(disk, PATH);
    file.write(`${'a'.repeat(30)}\n`);
    await expect.poll(() => textOf(disk)).toContain('a');
    file.write(`${'b'.repeat(30)}\n`);
    file.write('c\n');
    // Both were one write, and nothing of it stays.
    await expect.poll(() => disk.changes).toBeGreaterThan(3);
    await expect.poll(() => disk.used).toBe(START.length + 31);
    disk.capacity = 1000;
    file.write('d\n');
    await file.close();
    const kept = `${START}${'a'.repeat(30)}\n`;
    expect(await textOf(disk)).toBe(`${kept}(2 lines are missing here)\nd\n`);
  });

  it('cannot be opened where there is no place for it', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder(PATH);
    await expect(openLogFile(disk, PATH)).rejects.toMatchObject({ code: 'is-a-folder' });
  });
});

describe('shortening', () => {
  it.each([
    [11_000_000, true, 11_000_000],
    [11_000_001, true, 10_000_000],
    [11_000_001, false, 11_000_001],
  ])('of %i bytes, if asked: %s, leaves the last %i', async (size, shrink, left) => {
    const disk = new MemoryDisk();
    const bytes = new Uint8Array(size).fill(0x61);
    bytes[size - left] = 0x62;
    await disk.makeFolder('/data/regtest');
    await writeFile(disk, PATH, bytes);
    const file = await openLogFile(disk, PATH, { shrink });
    await file.close();
    const found = await readFile(disk, PATH);
    expect(found.length).toBe(left + START.length);
    expect(found.subarray(0, 2)).toEqual(Uint8Array.of(0x62, 0x61));
    expect((await disk.list('/data/regtest')).map(({ name }) => name)).toEqual(['debug.log']);
  });
});

describe('debug.log as a user wishes it', () => {
  const clock = new VirtualClock(Date.parse('2026-11-20T12:00:00Z'));

  it('is what was named, in the form that was named, and can be switched', async () => {
    const disk = new MemoryDisk();
    const debug = await openDebugLog(
      { path: PATH, categories: ['all'], excluded: ['net'], timestamps: false },
      { disk, clock },
    );
    debug.log('debug', 'net', 'a ping');
    debug.log('debug', 'rpc', 'a call');
    debug.categories.set('net', true);
    debug.log('debug', 'net', 'another ping');
    await debug.close();
    expect(await textOf(disk)).toBe(`${START}[rpc] a call\n[net] another ping\n`);
  });

  it('is shortened only where nothing more than usual is written', async () => {
    for (const categories of [[], ['net']]) {
      const disk = new MemoryDisk();
      await disk.makeFolder('/data/regtest');
      await writeFile(disk, PATH, new Uint8Array(11_000_001));
      const debug = await openDebugLog({ path: PATH, categories }, { disk, clock });
      await debug.close();
      const isShort = ((await disk.stat(PATH))?.size ?? 0) < 11_000_000;
      expect(isShort).toBe(categories.length === 0);
    }
  });
});
