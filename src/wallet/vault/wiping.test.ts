import { afterEach, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { Vault } from './vault.ts';

const FAST = { logN: 4, r: 1, p: 1 };
const NOTHING = new Uint8Array(32);

/** Every key that was handed out: what opening gave, and what passphrases gave. */
const keys = vi.hoisted((): Uint8Array[] => []);

vi.mock('./authenticated-cipher.ts', async (load) => {
  const real = await load<typeof import('./authenticated-cipher.ts')>();
  return {
    ...real,
    openSealed: (...given: Parameters<typeof real.openSealed>) => {
      const opened = real.openSealed(...given);
      if (opened !== undefined) keys.push(opened);
      return opened;
    },
  };
});

vi.mock('./passphrase-key.ts', async (load) => {
  const real = await load<typeof import('./passphrase-key.ts')>();
  return {
    ...real,
    passphraseKey: async (...given: Parameters<typeof real.passphraseKey>) => {
      const key = await real.passphraseKey(...given);
      keys.push(key);
      return key;
    },
  };
});

afterEach(() => {
  keys.length = 0;
});

function newVault(): { clock: VirtualClock; vault: Promise<Vault> } {
  const clock = new VirtualClock();
  return { clock, vault: Vault.create('a', { clock, entropy: new SeededEntropy('wipe') }, FAST) };
}

/** The keys that are still in memory. */
const left = (): number => keys.filter((key) => key.some((byte) => byte !== 0)).length;

it('an open vault has its master key in memory, and no other', async () => {
  const vault = await newVault().vault;
  expect([keys.length, left()]).toEqual([1, 0]);
  await vault.unlock('a', 10);
  expect([keys.length, left()]).toEqual([3, 1]);
  await vault.unlock('a', 10);
  expect([keys.length, left()]).toEqual([5, 1]);
});

it('a vault that is locked has overwritten every key', async () => {
  const vault = await newVault().vault;
  await vault.unlock('a', 10);
  const [, , key] = keys;
  expect(key).not.toEqual(NOTHING);
  vault.lock();
  expect(key).toEqual(NOTHING);
  expect(left()).toBe(0);
});

it('a vault whose time is over has overwritten every key', async () => {
  const { clock, vault } = newVault();
  await (await vault).unlock('a', 10);
  expect(left()).toBe(1);
  await clock.advance(10_000);
  expect(left()).toBe(0);
});

it('trying and changing passphrases leaves no key behind', async () => {
  const vault = await newVault().vault;
  await vault.unlock('wrong', 10).catch(() => {});
  await vault.accepts('a');
  await vault.changePassphrase('a', 'b', async () => {});
  await vault.changePassphrase('b', 'c', () => Promise.reject(new Error('full'))).catch(() => {});
  const opening = vault.unlock('b', 10);
  vault.lock();
  await opening;
  expect(keys.length).toBeGreaterThan(8);
  expect(left()).toBe(0);
});
