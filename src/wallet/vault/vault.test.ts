import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { Vault, type VaultDoors } from './vault.ts';
import { VaultError } from './vault-error.ts';

/** As fast as scrypt gets: what is proved here does not depend on what a guess costs. */
const FAST = { logN: 4, r: 1, p: 1 };
const PASSPHRASE = 'correct horse battery staple';
const secret = new Uint8Array(32).fill(7);
const context = Uint8Array.of(1, 2, 3);

/** Draws what it is told to remember, so that a test knows the master key: the first 32 bytes. */
class RememberedEntropy extends SeededEntropy {
  readonly drawn: Uint8Array[] = [];
  readonly handedOut: Uint8Array[] = [];

  override bytes(length: number): Uint8Array {
    const bytes = super.bytes(length);
    this.drawn.push(bytes.slice());
    this.handedOut.push(bytes);
    return bytes;
  }
}

function doors(seed = 'vault'): VaultDoors & { clock: VirtualClock; entropy: RememberedEntropy } {
  return { clock: new VirtualClock(), entropy: new RememberedEntropy(seed) };
}

async function unlocked(at = doors()): Promise<Vault> {
  const vault = await Vault.create(PASSPHRASE, at, FAST);
  await vault.unlock(PASSPHRASE, 60);
  return vault;
}

async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('a vault', () => {
  it('gives a secret back to the passphrase, from its bytes alone', async () => {
    const vault = await unlocked();
    const sealed = vault.seal(secret, context);
    const again = Vault.open(vault.record, doors('another run'));
    expect(await codeOf(() => again.unseal(sealed, context))).toBe('locked');
    await again.unlock(PASSPHRASE, 60);
    expect(again.unseal(sealed, context)).toEqual(secret);
  });

  it('seals one secret twice into different bytes, none of which shows it', async () => {
    const vault = await unlocked();
    const [a, b] = [vault.seal(secret, context), vault.seal(secret, context)];
    expect(toHex(a)).not.toBe(toHex(b));
    expect(toHex(a)).not.toContain('07070707');
    expect(a).toHaveLength(1 + 12 + 32 + 16);
  });

  it('opens a secret only in the place that it was sealed for', async () => {
    const vault = await unlocked();
    const sealed = vault.seal(secret, context);
    expect(await codeOf(() => vault.unseal(sealed, Uint8Array.of(1, 2, 4)))).toBe('damaged-secret');
    expect(await codeOf(() => vault.unseal(sealed, Uint8Array.of()))).toBe('damaged-secret');
  });

  it('opens no secret of another vault with the same passphrase', async () => {
    const sealed = (await unlocked(doors('one'))).seal(secret, context);
    const other = await unlocked(doors('two'));
    expect(await codeOf(() => other.unseal(sealed, context))).toBe('damaged-secret');
  });

  it('holds secrets of any length', async () => {
    const vault = await unlocked();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 500 }),
        fc.uint8Array({ maxLength: 50 }),
        (text, place) => {
          expect(vault.unseal(vault.seal(text, place), place)).toEqual(text);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('takes a passphrase in whichever way its letters are put together', async () => {
    const vault = await Vault.create('caf\u00e9', doors(), FAST);
    await vault.unlock('cafe\u0301', 60);
    expect(vault.isLocked).toBe(false);
  });

  it('makes a guess slow by default, off the event loop', async () => {
    const at = { clock: new SystemClock(), entropy: new SeededEntropy('slow') };
    const start = performance.now();
    let turns = 0;
    const creating = Vault.create(PASSPHRASE, at).then(() => true);
    while (!(await Promise.race([creating, at.clock.nextTurn().then(() => false)]))) turns++;
    expect(performance.now() - start).toBeGreaterThan(40);
    expect(turns).toBeGreaterThan(10);
    const { record } = await Vault.create('x', at);
    // Version, N = 2^15, r = 8, p = 1: declared once more, so that nobody weakens them unseen.
    expect(toHex(record.subarray(0, 10))).toBe('010f0800000001000000');
  });
});

describe('what does not open', () => {
  it('is one error for a wrong passphrase and for a damaged key', async () => {
    const vault = await Vault.create(PASSPHRASE, doors(), FAST);
    const failures: unknown[] = [];
    await vault.unlock('Correct horse battery staple', 60).catch((error) => failures.push(error));
    for (let at = 10; at < vault.record.length; at += 7) {
      const damaged = vault.record.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      await Vault.open(damaged, doors())
        .unlock(PASSPHRASE, 60)
        .catch((error) => failures.push(error));
    }
    expect(failures).toHaveLength(12);
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(VaultError);
      expect(failure).toEqual(
        new VaultError('wrong-passphrase', 'the passphrase does not open this wallet'),
      );
    }
    expect(vault.isLocked).toBe(true);
  });

  it('is told apart where the bytes are no vault', async () => {
    const { record } = await Vault.create(PASSPHRASE, doors(), FAST);
    const withByte = (at: number, byte: number): Uint8Array => {
      const changed = record.slice();
      changed[at] = byte;
      return changed;
    };
    const codes = [
      record.subarray(1),
      record.subarray(0, -1),
      Uint8Array.of(...record, 0),
      Uint8Array.of(),
      withByte(0, 0),
      withByte(0, 2),
      withByte(1, 0),
      withByte(1, 60),
      withByte(5, 255),
      withByte(9, 255),
    ].map((bytes) => codeOf(() => Vault.open(bytes, doors())));
    expect(await Promise.all(codes)).toEqual([
      'newer-version',
      ...['bad-format', 'bad-format', 'bad-format', 'bad-format'],
      'newer-version',
      ...['bad-format', 'bad-format', 'bad-format', 'bad-format'],
    ]);
  });

  it('never is anything but a typed error, whatever the bytes', async () => {
    const vault = await unlocked();
    const sealed = vault.seal(secret, context);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        expect(() => vault.unseal(bytes, context)).toThrow(VaultError);
        try {
          Vault.open(bytes, doors());
        } catch (error) {
          expect(error).toBeInstanceOf(VaultError);
        }
      }),
    );
    for (let at = 0; at < sealed.length; at++) {
      const damaged = sealed.slice();
      damaged[at] = (damaged[at] as number) ^ 0x80;
      expect(() => vault.unseal(damaged, context)).toThrow(VaultError);
      expect(() => vault.unseal(sealed.subarray(0, at), context)).toThrow(VaultError);
    }
  });

  it('shows no passphrase, key or secret in any message', async () => {
    const at = doors();
    const vault = await unlocked(at);
    const messages: string[] = [];
    const calls: (() => unknown)[] = [
      () => vault.unlock('not this one', 60),
      () => vault.unlock('', 60),
      () => vault.unlock(PASSPHRASE, -1),
      () => vault.unseal(vault.seal(secret, context), secret),
      () => vault.unseal(secret, context),
      () => Vault.open(secret, at),
      () => vault.changePassphrase('not this one', PASSPHRASE, async () => {}),
      () => Vault.create(PASSPHRASE, at, { logN: 40, r: 8, p: 1 }),
    ];
    for (const call of calls) {
      try {
        await call();
      } catch (error) {
        messages.push(String(error), JSON.stringify(error), String((error as Error).cause));
      }
    }
    expect(messages).toHaveLength(3 * calls.length);
    const key = toHex(at.entropy.drawn[0] as Uint8Array);
    for (const message of messages) {
      expect(message).not.toMatch(/not this one|correct horse|0707|7,7/);
      expect(message).not.toContain(key.slice(0, 8));
    }
  });
});

describe('an open vault', () => {
  it('locks itself when its time is over, and not before', async () => {
    const at = doors();
    const vault = await Vault.create(PASSPHRASE, at, FAST);
    expect([vault.isLocked, vault.unlockedUntil]).toEqual([true, 0]);
    await vault.unlock(PASSPHRASE, 10);
    expect(vault.unlockedUntil).toBe(Math.floor(at.clock.now() / 1000) + 10);
    await at.clock.advance(9_999);
    expect(vault.isLocked).toBe(false);
    await at.clock.advance(1);
    expect([vault.isLocked, vault.unlockedUntil]).toEqual([true, 0]);
    expect(await codeOf(() => vault.seal(secret, context))).toBe('locked');
  });

  it('has its time counted anew when it is opened again, longer or shorter', async () => {
    const at = doors();
    const vault = await Vault.create(PASSPHRASE, at, FAST);
    await vault.unlock(PASSPHRASE, 10);
    await vault.unlock(PASSPHRASE, 100);
    await at.clock.advance(99_000);
    expect(vault.isLocked).toBe(false);
    await vault.unlock(PASSPHRASE, 1);
    await at.clock.advance(1_000);
    expect(vault.isLocked).toBe(true);
  });

  it('stays open for 100,000,000 seconds at most, and refuses a time below zero', async () => {
    const at = doors();
    const vault = await Vault.create(PASSPHRASE, at, FAST);
    const now = Math.floor(at.clock.now() / 1000);
    await vault.unlock(PASSPHRASE, 100_000_001);
    expect(vault.unlockedUntil).toBe(now + 100_000_000);
    await at.clock.advance(99_999_999_999);
    expect(vault.isLocked).toBe(false);
    await at.clock.advance(1);
    expect(vault.isLocked).toBe(true);
    expect(await codeOf(() => vault.unlock(PASSPHRASE, -1))).toBe('bad-timeout');
    expect(await codeOf(() => vault.unlock(PASSPHRASE, Number.NaN))).toBe('bad-timeout');
  });

  it('stays as it is when somebody tries a wrong passphrase', async () => {
    const at = doors();
    const vault = await Vault.create(PASSPHRASE, at, FAST);
    await vault.unlock(PASSPHRASE, 10);
    expect(await codeOf(() => vault.unlock('wrong', 1000))).toBe('wrong-passphrase');
    expect(vault.isLocked).toBe(false);
    await at.clock.advance(10_000);
    expect(vault.isLocked).toBe(true);
  });

  it('stays locked when it is locked while the passphrase is being tried', async () => {
    const vault = await Vault.create(PASSPHRASE, doors(), FAST);
    const opening = vault.unlock(PASSPHRASE, 10);
    vault.lock();
    await opening;
    expect(vault.isLocked).toBe(true);
  });

  it('stays open after its time while somebody holds it, and not when it is locked by hand', async () => {
    const at = doors();
    const vault = await unlocked(at);
    const [first, second] = [vault.hold(), vault.hold()];
    await at.clock.advance(61_000);
    expect(vault.isLocked).toBe(false);
    first();
    first();
    expect(vault.isLocked).toBe(false);
    second();
    expect(vault.isLocked).toBe(true);
    // Its time was not over: whoever held it leaves it as it is.
    await vault.unlock(PASSPHRASE, 60);
    vault.hold()();
    expect(vault.isLocked).toBe(false);
    const release = vault.hold();
    vault.lock();
    expect(vault.isLocked).toBe(true);
    release();
    // A new time counts, also where the old one was over.
    await vault.unlock(PASSPHRASE, 1);
    const last = vault.hold();
    await at.clock.advance(2_000);
    await vault.unlock(PASSPHRASE, 60);
    last();
    expect(vault.isLocked).toBe(false);
  });

  it('leaves no timer behind when it is locked by hand', async () => {
    const at = doors();
    const vault = await Vault.create(PASSPHRASE, at, FAST);
    await vault.unlock(PASSPHRASE, 10);
    vault.lock();
    await vault.unlock(PASSPHRASE, 100);
    await at.clock.advance(10_000);
    expect(vault.isLocked).toBe(false);
  });
});

describe('the passphrase', () => {
  it('changes without touching a secret', async () => {
    const vault = await unlocked();
    const sealed = vault.seal(secret, context);
    const kept: Uint8Array[] = [];
    await vault.changePassphrase(PASSPHRASE, 'new', async (record) => void kept.push(record));
    expect(vault.isLocked).toBe(false);
    expect(vault.record).toEqual(kept[0]);
    vault.lock();
    expect(await vault.accepts(PASSPHRASE)).toBe(false);
    expect(await vault.accepts('new')).toBe(true);
    const again = Vault.open(kept[0] as Uint8Array, doors());
    await again.unlock('new', 10);
    expect(again.unseal(sealed, context)).toEqual(secret);
  });

  it('stays when the new record could not be kept, or the old one is wrong', async () => {
    const vault = await Vault.create(PASSPHRASE, doors(), FAST);
    const before = vault.record;
    const full = new Error('the disk is full');
    const failing = vault.changePassphrase(PASSPHRASE, 'new', () => Promise.reject(full));
    await expect(failing).rejects.toBe(full);
    const kept: Uint8Array[] = [];
    const keep = async (record: Uint8Array) => void kept.push(record);
    expect(await codeOf(() => vault.changePassphrase('wrong', 'new', keep))).toBe(
      'wrong-passphrase',
    );
    expect(await codeOf(() => vault.changePassphrase(PASSPHRASE, '', keep))).toBe(
      'empty-passphrase',
    );
    expect(kept).toEqual([]);
    expect(vault.record).toEqual(before);
    expect(await vault.accepts(PASSPHRASE)).toBe(true);
  });

  it('is never empty', async () => {
    expect(await codeOf(() => Vault.create('', doors(), FAST))).toBe('empty-passphrase');
  });

  it('can be made more expensive to guess', async () => {
    const vault = await unlocked();
    const sealed = vault.seal(secret, context);
    await vault.changePassphrase(PASSPHRASE, PASSPHRASE, async () => {}, { logN: 6, r: 2, p: 3 });
    vault.lock();
    await vault.unlock(PASSPHRASE, 10);
    expect(vault.record[1]).toBe(6);
    expect(vault.unseal(sealed, context)).toEqual(secret);
  });

  it('leaves the master key nowhere in what it was drawn into', async () => {
    const at = doors();
    await Vault.create(PASSPHRASE, at, FAST);
    expect(at.entropy.drawn[0]).toHaveLength(32);
    expect(at.entropy.handedOut[0]).toEqual(new Uint8Array(32));
  });
});
