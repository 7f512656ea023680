import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payment } from '../../../test/fixtures/regtest-blocks.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { ScriptExecutionCache } from './script-execution-cache.ts';

/** What an entry takes: an id, its flags, and its age. */
const ENTRY_BYTES = 32 + 4 + 4;

function key(byte: number): Uint8Array {
  return new Uint8Array(16).fill(byte);
}

function transaction(number: number): Transaction {
  return payment([{ txid: new Uint8Array(32) as Txid, vout: number }], []);
}

describe('ScriptExecutionCache', () => {
  it('knows what was added, under those flags, and nothing else', () => {
    const entry = fc.tuple(fc.nat(30), fc.constantFrom(0, 1, 0x801, 0x20e15));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), fc.nat(255), (added, salt) => {
        const cache = new ScriptExecutionCache(key(salt), { bytes: 100_000 });
        for (const [number, flags] of added) {
          cache.add(transaction(number), flags);
          expect(cache.has(transaction(number), flags)).toBe(true);
        }
        const known = new Set(added.map(([number, flags]) => `${number} ${flags}`));
        for (let number = 0; number < 40; number++) {
          for (const flags of [0, 1, 0x801, 0x20e15, 0x20e14]) {
            expect(cache.has(transaction(number), flags)).toBe(known.has(`${number} ${flags}`));
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('tells a transaction from the same one with another witness', () => {
    const cache = new ScriptExecutionCache(key(1), { bytes: 4000 });
    const tx = transaction(1);
    const inputs = tx.inputs.map((input) => ({ ...input, witness: [Uint8Array.of(1)] }));
    cache.add(tx, 0);
    expect(cache.has({ ...tx, inputs }, 0)).toBe(false);
  });

  it('has room for 419,428 in 16 MiB, which is its size unless told otherwise', () => {
    const cache = new ScriptExecutionCache(key(2));
    expect(cache.capacity).toBe(Math.floor((16 * 1024 * 1024) / (4 * ENTRY_BYTES)) * 4);
    expect(cache.capacity).toBe(419_428);
  });

  it('loses next to nothing until two of three places are taken, and then what came first', () => {
    const cache = new ScriptExecutionCache(key(3), { bytes: 2000 * ENTRY_BYTES });
    expect(cache.capacity).toBe(2000);
    const kept = (from: number, to: number): number => {
      let count = 0;
      for (let i = from; i < to; i++) if (cache.has(transaction(i), 7)) count++;
      return count;
    };
    for (let i = 0; i < 1333; i++) cache.add(transaction(i), 7);
    expect(kept(0, 1333)).toBeGreaterThan(1325);
    for (let i = 1333; i < 10_000; i++) cache.add(transaction(i), 7);
    expect(kept(0, 10_000)).toBeLessThanOrEqual(2000);
    expect(kept(9000, 10_000)).toBeGreaterThan(950);
    expect(kept(0, 5000)).toBeLessThan(50);
  });

  it('puts things elsewhere under another key, so that nobody can know who pushes out whom', () => {
    const survivors = [4, 5].map((salt) => {
      const cache = new ScriptExecutionCache(key(salt), { bytes: 100 * ENTRY_BYTES });
      for (let i = 0; i < 300; i++) cache.add(transaction(i), 0);
      return Array.from({ length: 300 }, (_, i) => (cache.has(transaction(i), 0) ? i : -1));
    });
    expect(survivors[0]).not.toEqual(survivors[1]);
  });

  it('works at its smallest, and adds nothing twice', () => {
    const cache = new ScriptExecutionCache(key(6), { bytes: 0 });
    expect(cache.capacity).toBe(4);
    for (let i = 0; i < 10; i++)
      for (const number of [1, 2, 3, 4]) cache.add(transaction(number), 0);
    expect([1, 2, 3, 4].every((number) => cache.has(transaction(number), 0))).toBe(true);
    cache.add(transaction(5), 0);
    expect([1, 2, 3, 4, 5].map((number) => cache.has(transaction(number), 0))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });
});
