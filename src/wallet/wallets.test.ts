import { mkdtemp, readdir, readFile as readFileNow, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testWalletOptions } from '../../test/fixtures/wallet-scene.ts';
import type { OpenStore } from '../node/storage/key-value-store.ts';
import { openLevelStore } from '../node/storage/level-store.ts';
import { MemoryStores } from '../node/storage/memory-stores.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { DiskError } from '../outside/disk/disk-error.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import { SystemDisk } from '../outside/disk/system-disk.ts';
import { readFile, writeFile } from '../outside/disk/whole-file.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { main } from '../protocol/params/main.ts';
import { keysOf } from '../protocol/script/descriptor/descriptor.ts';
import type { DescriptorKeeper } from './keys/descriptor-keeper.ts';
import { Wallets } from './wallets.ts';

function scene() {
  const disk = new MemoryDisk();
  const stores = new MemoryStores();
  const entropy = new SeededEntropy('wallets');
  const doors = { disk, openStore: stores.open, clock: new SystemClock(), entropy };
  const options = { folder: '/chain/wallets', wallet: testWalletOptions };
  return { disk, stores, doors, options, wallets: new Wallets(options, doors) };
}

describe('the wallets of a folder', () => {
  it('are made, listed, closed and opened', async () => {
    const { wallets, disk } = scene();
    expect(await wallets.list()).toEqual([]);
    const { words } = await wallets.create('a');
    await wallets.create('', { hasPrivateKeys: false });
    expect(words?.split(' ')).toHaveLength(12);
    expect(await wallets.list()).toEqual(['', 'a']);
    expect(wallets.loaded.map(({ name }) => name)).toEqual(['a', '']);
    expect((await disk.stat('/chain/wallets/a/wallet'))?.permissions).toBe(0o600);
    const address = await wallets.get('a')?.newAddress({ label: 'x' });
    await wallets.unload('a');
    await expect(wallets.unload('a')).rejects.toMatchObject({ code: 'not-loaded' });
    expect(await wallets.list()).toEqual(['', 'a']);
    const again = await wallets.load('a');
    expect(again.state.book.get(address?.script as Uint8Array)?.label).toBe('x');
    await expect(wallets.load('a')).rejects.toMatchObject({ code: 'already-loaded' });
    await wallets.close();
    expect(wallets.loaded).toEqual([]);
  });

  it('do one thing with a name at a time, and are closed when all of it is done', async () => {
    const { wallets } = scene();
    await wallets.create('a');
    await wallets.unload('a');
    const opening = [wallets.load('a'), wallets.create('b', { passphrase: 'secret' })];
    await expect(wallets.load('a')).rejects.toMatchObject({ code: 'busy' });
    await expect(wallets.create('b')).rejects.toMatchObject({ code: 'busy' });
    await wallets.close();
    await Promise.all(opening);
    expect(wallets.loaded).toEqual([]);
    await wallets.load('b');
    await wallets.close();
  });

  it('that could not be written anew when they got a passphrase can be opened again', async () => {
    const { wallets, doors, options } = scene();
    await wallets.create('a');
    await wallets.close();
    let isFull = false;
    const openStore: OpenStore = (path, more) => {
      if (isFull && more?.wipe === true)
        return Promise.reject(new DiskError('full', 'write', path));
      return doors.openStore(path, more);
    };
    const others = new Wallets(options, { ...doors, openStore });
    await others.load('a');
    isFull = true;
    await expect(others.encrypt('a', 'secret')).rejects.toMatchObject({ code: 'full' });
    expect(others.loaded).toEqual([]);
    isFull = false;
    const again = await others.load('a');
    expect(again.isEncrypted).toBe(true);
    await again.unlock('secret', 60);
    await others.close();
  });

  it('refuse a name that is taken, or that is none', async () => {
    const { wallets } = scene();
    await wallets.create('a');
    await expect(wallets.create('a')).rejects.toMatchObject({ code: 'exists' });
    for (const name of ['..', 'a/b', '@', 'a\n']) {
      await expect(wallets.create(name)).rejects.toMatchObject({ code: 'bad-name' });
    }
    await expect(wallets.load('nope')).rejects.toMatchObject({ code: 'not-found' });
    await wallets.close();
  });

  it('leave nothing behind of one that could not be made: mistyped words', async () => {
    const { wallets, disk } = scene();
    const words =
      'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abuot';
    await expect(wallets.create('a', { words })).rejects.toThrow(/the nearest is "about"/);
    expect(await disk.stat('/chain/wallets/a')).toBeUndefined();
    await wallets.create('a');
    await wallets.close();
  });

  it('refuse a folder that holds something else, and leave it as it is', async () => {
    const { wallets, disk } = scene();
    await disk.makeFolder('/chain/wallets/photos');
    await writeFile(disk, '/chain/wallets/photos/1.png', Uint8Array.of(1));
    await expect(wallets.load('photos')).rejects.toMatchObject({ code: 'not-a-wallet' });
    await expect(wallets.create('photos')).rejects.toMatchObject({ code: 'exists' });
    expect(await disk.list('/chain/wallets/photos')).toEqual([{ name: '1.png', kind: 'file' }]);
    expect(await wallets.list()).toEqual([]);
  });

  it('are restored from a backup, and from no damaged one', async () => {
    const { wallets, disk } = scene();
    const { wallet } = await wallets.create('a', { passphrase: 'secret' });
    const { script } = await wallet.newAddress({ label: 'shop' });
    await wallet.backup(disk, '/backup');
    const copy = await wallets.restore('b', '/backup');
    expect(copy.state.book.get(script)?.label).toBe('shop');
    expect(copy.isEncrypted).toBe(true);
    expect(await copy.newAddress()).toEqual(await wallet.newAddress());
    const bytes = await readFile(disk, '/backup');
    await writeFile(disk, '/half', bytes.subarray(0, bytes.length >> 1));
    await expect(wallets.restore('c', '/half')).rejects.toMatchObject({ code: 'bad-backup' });
    await writeFile(disk, '/letter', Uint8Array.of(1, 2, 3));
    await expect(wallets.restore('c', '/letter')).rejects.toMatchObject({ code: 'not-a-backup' });
    expect(await disk.stat('/chain/wallets/c')).toBeUndefined();
    expect(await wallets.list()).toEqual(['a', 'b']);
    await wallets.close();
  });

  it('are opened with their own chain alone', async () => {
    const { wallets, options, doors } = scene();
    await wallets.create('a');
    await wallets.close();
    const others = new Wallets({ ...options, wallet: { ...options.wallet, chain: main } }, doors);
    await expect(others.load('a')).rejects.toMatchObject({ code: 'other-chain' });
    await wallets.load('a');
    await wallets.close();
  });

  it('are encrypted into a new database, and no file of the wallet has a key as it was', async () => {
    const disk = new SystemDisk();
    const clock = new SystemClock();
    const folder = await mkdtemp(join(tmpdir(), 'wallets-'));
    const openStore: OpenStore = (path, more) => openLevelStore(path, { disk, clock }, more);
    const doors = { disk, openStore, clock, entropy: new SeededEntropy('encrypts') };
    const wallets = new Wallets({ folder, wallet: testWalletOptions }, doors);
    const { wallet } = await wallets.create('a');
    const { script } = await wallet.newAddress({ label: 'shop' });
    const { keepers, secrets } = wallet.state.keys;
    const [key] = keysOf((keepers[0] as DescriptorKeeper).descriptor);
    const root = key?.kind === 'derived' ? secrets.lookup(key.root.publicKey) : undefined;
    const plain = Buffer.from(root as Uint8Array);
    expect(await filesWith(folder, plain)).not.toEqual([]);
    const sealed = await wallets.encrypt('a', 'secret');
    expect(sealed.state.book.get(script)?.label).toBe('shop');
    await wallets.unload('a');
    expect(await filesWith(folder, plain)).toEqual([]);
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700);
    const again = await wallets.load('a');
    await again.unlock('secret', 60);
    expect(again.state.book.get(script)?.label).toBe('shop');
    expect(again.state.keys.ring([script]).publicKey).toBeDefined();
    await wallets.close();
    await rm(folder, { recursive: true });
  });
});

/** The files below a folder that hold these bytes. */
async function filesWith(folder: string, bytes: Buffer): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  const contents = await Promise.all(paths.map((path) => readFileNow(path)));
  return paths.filter((_, i) => contents[i]?.includes(bytes));
}
