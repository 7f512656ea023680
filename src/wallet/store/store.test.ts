import { describe, expect, it } from 'vitest';
import { MemoryStores } from '../../node/storage/memory-stores.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { readFile, writeFile } from '../../outside/disk/whole-file.ts';
import { main } from '../../protocol/params/main.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { backupTo, readBackup } from './backup-file.ts';
import { FORMAT_KEY } from './record-keys.ts';
import { encodeFormat, readFormat, type WalletFormat } from './wallet-format.ts';

const format: WalletFormat = {
  genesis: blockHash(regtest.genesis),
  createdAt: 1_700_000_000,
  hasPrivateKeys: true,
  isBlank: false,
  avoidsReuse: true,
};

async function storeWith(...entries: readonly (readonly [Uint8Array, Uint8Array])[]) {
  const store = await new MemoryStores().open('/w');
  const batch = new WriteBatch();
  for (const [key, value] of entries) batch.put(key, value);
  await store.write(batch);
  return store;
}

describe('the format of a wallet', () => {
  it('is read as it was written, byte for byte', async () => {
    const store = await storeWith([FORMAT_KEY, encodeFormat(format)]);
    expect(await readFormat(store, '/w', regtest)).toEqual(format);
    expect(encodeFormat(await readFormat(store, '/w', regtest))).toEqual(encodeFormat(format));
  });

  it.each([
    { bytes: undefined, code: 'not-a-wallet' },
    { bytes: Uint8Array.of(1, 2, 3), code: 'not-a-wallet' },
    { bytes: encodeFormat(format).subarray(0, -1), code: 'not-a-wallet' },
    { bytes: Uint8Array.of(2, ...encodeFormat(format).subarray(1)), code: 'newer-version' },
  ])('refuses what is none: $code', async ({ bytes, code }) => {
    const store = await storeWith(...(bytes === undefined ? [] : [[FORMAT_KEY, bytes] as const]));
    await expect(readFormat(store, '/w', regtest)).rejects.toMatchObject({ code });
  });

  it('refuses a wallet of another chain', async () => {
    const store = await storeWith([FORMAT_KEY, encodeFormat(format)]);
    await expect(readFormat(store, '/w', main)).rejects.toMatchObject({ code: 'other-chain' });
  });
});

describe('a backup', () => {
  it('holds everything, for its owner alone', async () => {
    const disk = new MemoryDisk();
    const entries = [1, 2, 3].map((i) => [Uint8Array.of(i), new Uint8Array(i * 200)] as const);
    const store = await storeWith(...entries);
    await backupTo(store, disk, '/backup');
    expect((await disk.stat('/backup'))?.permissions).toBe(0o600);
    const other = await new MemoryStores().open('/other');
    await other.write(await readBackup(disk, '/backup'));
    const found: unknown[] = [];
    for await (const entry of other.iterate()) found.push([...entry]);
    expect(found).toEqual(entries);
  });

  it('replaces an older one, or an empty file, and nothing else', async () => {
    const disk = new MemoryDisk();
    const store = await storeWith([Uint8Array.of(1), Uint8Array.of(2)]);
    await backupTo(store, disk, '/backup');
    await backupTo(store, disk, '/backup');
    await writeFile(disk, '/empty', new Uint8Array(0));
    await backupTo(store, disk, '/empty');
    await writeFile(disk, '/letter', new TextEncoder().encode('blockyard backup of old\n'));
    await expect(backupTo(store, disk, '/letter')).rejects.toMatchObject({ code: 'exists' });
    expect((await readFile(disk, '/letter')).length).toBe(24);
    await disk.makeFolder('/folder');
    await expect(backupTo(store, disk, '/folder')).rejects.toMatchObject({ code: 'exists' });
    await expect(readBackup(disk, '/letter')).rejects.toMatchObject({ code: 'not-a-backup' });
  });

  it('is refused where any byte is another, and stays as it is', async () => {
    const disk = new MemoryDisk();
    await backupTo(await storeWith([FORMAT_KEY, encodeFormat(format)]), disk, '/backup');
    const whole = await readFile(disk, '/backup');
    for (let at = 0; at < whole.length; at += 3) {
      const changed = whole.slice();
      changed[at] = (changed[at] as number) ^ 0x81;
      await writeFile(disk, '/changed', changed);
      await expect(readBackup(disk, '/changed')).rejects.toThrow(/\/changed/);
      expect(await readFile(disk, '/changed')).toEqual(changed);
    }
    await writeFile(disk, '/cut', whole.subarray(0, -1));
    await expect(readBackup(disk, '/cut')).rejects.toMatchObject({ code: 'bad-backup' });
  });
});
