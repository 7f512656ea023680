import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../bytes/hex.ts';
import { hash160 } from '../crypto/hash.ts';
import {
  deriveChild,
  derivePath,
  type ExtendedKey,
  fingerprint,
  masterKeyFromSeed,
  neuter,
} from './extended-key.ts';
import { KeyError } from './key-error.ts';

const SEED = fromHex('000102030405060708090a0b0c0d0e0f');
const HARDENED = 0x80000000;
const master = masterKeyFromSeed(SEED);

describe('a tree of keys (BIP32)', () => {
  it('grows from a seed of 16 to 64 bytes', () => {
    expect(toHex(master.privateKey)).toBe(
      'e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35',
    );
    expect(toHex(master.chainCode)).toBe(
      '873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508',
    );
    expect(master.depth).toBe(0);
    for (const length of [15, 65]) {
      expect(() => masterKeyFromSeed(new Uint8Array(length))).toThrow(
        `a seed of ${length} bytes; BIP32 wants 16 to 64`,
      );
    }
  });

  it('gives the same public keys from private keys and from public ones', () => {
    const numbers = fc.array(fc.integer({ min: 0, max: HARDENED - 1 }), { maxLength: 4 });
    fc.assert(
      fc.property(numbers, (path) => {
        expect(derivePath(neuter(master), path)).toEqual(neuter(derivePath(master, path)));
      }),
      { numRuns: 30 },
    );
  });

  it('tells children their parent, their number and their depth', () => {
    const child = deriveChild(master, HARDENED + 7);
    expect(child.depth).toBe(1);
    expect(child.childNumber).toBe(HARDENED + 7);
    expect(child.parentFingerprint).toEqual(hash160(master.publicKey).subarray(0, 4));
    expect(toHex(fingerprint(master))).toBe('3442193e');
    expect(fingerprint(neuter(master))).toEqual(fingerprint(master));
  });

  it('takes a path as text or as numbers', () => {
    const key = derivePath(master, "m/0'/1");
    expect(derivePath(master, [HARDENED, 1])).toEqual(key);
    expect(deriveChild(deriveChild(master, HARDENED), 1)).toEqual(key);
  });

  it('keeps the private key out of what is neutered', () => {
    expect(neuter(master)).not.toHaveProperty('privateKey');
    expect(neuter(neuter(master))).toEqual(neuter(master));
  });

  it('has no hardened children of a public key', () => {
    expect(codeOf(() => deriveChild(neuter(master), HARDENED))).toBe('needs-private-key');
    expect(() => derivePath(neuter(master), "m/1/5'")).toThrow(
      'child 5h is hardened, and cannot be found from a public key',
    );
  });

  it.each([-1, 0.5, 2 ** 32, Number.NaN])('has no child %s', (childNumber) => {
    expect(codeOf(() => deriveChild(master, childNumber))).toBe('bad-path');
  });

  it('ends at depth 255', () => {
    const deepest: ExtendedKey = { ...master, depth: 255 };
    expect(deriveChild({ ...master, depth: 254 }, 0).depth).toBe(255);
    expect(() => deriveChild(deepest, 0)).toThrow('a key at depth 255 cannot have children');
  });
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof KeyError) return error.code;
    throw error;
  }
  return 'taken';
}
