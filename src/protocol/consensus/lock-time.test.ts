import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payment } from '../../../test/fixtures/regtest-blocks.ts';
import type { Txid } from '../primitives/hashes.ts';
import type { OutPoint, Transaction } from '../primitives/transaction.ts';
import { calculateSequenceLocks, checkSequenceLocks, isFinalTx } from './lock-time.ts';

const THRESHOLD = 500_000_000;
const DISABLED = 0x80000000;
const BY_TIME = 0x00400000;

const prevout: OutPoint = { txid: new Uint8Array(32).fill(1) as Txid, vout: 0 };

function locked(lockTime: number, sequence = 0xfffffffe): Transaction {
  return payment([prevout], [], { lockTime, sequence });
}

describe('isFinalTx', () => {
  it('reads a lock time below half a billion as a height, which must have passed', () => {
    expect(isFinalTx(locked(100), 100, THRESHOLD * 4)).toBe(false);
    expect(isFinalTx(locked(100), 101, 0)).toBe(true);
    expect(isFinalTx(locked(THRESHOLD - 1), THRESHOLD, 0)).toBe(true);
  });

  it('reads any other as a time, which must have passed', () => {
    expect(isFinalTx(locked(THRESHOLD), THRESHOLD * 2, THRESHOLD)).toBe(false);
    expect(isFinalTx(locked(THRESHOLD), 0, THRESHOLD + 1)).toBe(true);
    // Beyond what a signed 32-bit number holds.
    expect(isFinalTx(locked(0xffffffff), 0, 0xfffffffe)).toBe(false);
  });

  it('ignores the lock time where it is zero or every input is final', () => {
    expect(isFinalTx(locked(0), 0, 0)).toBe(true);
    expect(isFinalTx(locked(0xffffffff, 0xffffffff), 0, 0)).toBe(true);
    const mixed = locked(5, 0xffffffff);
    const other = { ...(mixed.inputs[0] as Transaction['inputs'][number]), sequence: 0 };
    expect(isFinalTx({ ...mixed, inputs: [...mixed.inputs, other] }, 5, 0)).toBe(false);
  });
});

describe('BIP68: relative lock times', () => {
  const locksOf = (sequence: number, height: number, version = 2) =>
    calculateSequenceLocks(
      payment([prevout], [], { sequence, version }),
      [{ height }],
      (h) => 10_000 + 600 * h,
    );

  it('counts blocks from the one with the coin', () => {
    expect(locksOf(10, 100)).toEqual({ minHeight: 109, minTime: -1 });
    expect(checkSequenceLocks(locksOf(10, 100), 109, 0)).toBe(false);
    expect(checkSequenceLocks(locksOf(10, 100), 110, 0)).toBe(true);
  });

  it('counts units of 512 seconds from the median time past before the coin', () => {
    const locks = locksOf(BY_TIME | 3, 100);
    expect(locks).toEqual({ minHeight: -1, minTime: 10_000 + 600 * 99 + 3 * 512 - 1 });
    expect(checkSequenceLocks(locks, 0, locks.minTime)).toBe(false);
    expect(checkSequenceLocks(locks, 0, locks.minTime + 1)).toBe(true);
  });

  it('has no block before the first', () => {
    expect(locksOf(BY_TIME | 1, 0).minTime).toBe(10_000 + 512 - 1);
  });

  it('looks at sixteen bits of the sequence alone', () => {
    expect(locksOf(0x0fbf_0000 | 7, 100)).toEqual(locksOf(7, 100));
    expect(locksOf(0xffff, 1).minHeight).toBe(0xffff);
  });

  it('asks nothing of version 1, nor of an input that opts out', () => {
    const none = { minHeight: -1, minTime: -1 };
    expect(locksOf(10, 100, 1)).toEqual(none);
    expect(locksOf(10, 100, 0)).toEqual(none);
    expect(locksOf((DISABLED | 10) >>> 0, 100)).toEqual(none);
    // A version that is negative when read as signed is a large one.
    expect(locksOf(10, 100, 0xffffffff).minHeight).toBe(109);
  });

  it('takes the latest lock of all inputs', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ sequence: fc.integer({ min: 0, max: 0xffffffff }), height: fc.nat(1e6) }),
          {
            minLength: 1,
            maxLength: 8,
          },
        ),
        (cases) => {
          const single = cases.map(({ sequence, height }) => locksOf(sequence, height));
          const tx: Transaction = {
            ...payment([], []),
            inputs: cases.map(
              ({ sequence }) => payment([prevout], [], { sequence }).inputs[0] as never,
            ),
          };
          expect(calculateSequenceLocks(tx, cases, (h) => 10_000 + 600 * h)).toEqual({
            minHeight: Math.max(...single.map(({ minHeight }) => minHeight)),
            minTime: Math.max(...single.map(({ minTime }) => minTime)),
          });
        },
      ),
    );
  });
});
