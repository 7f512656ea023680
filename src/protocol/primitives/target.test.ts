import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromReversedHex } from '../bytes/hex.ts';
import type { BlockHash } from './hashes.ts';
import {
  blockWork,
  compactFromTarget,
  difficulty,
  hashToNumber,
  meetsTarget,
  targetFromCompact,
} from './target.ts';

const MAX = (1n << 256n) - 1n;
const POW_LIMIT = (1n << 224n) - 1n;

const hashOf = (value: bigint): BlockHash =>
  fromReversedHex(value.toString(16).padStart(64, '0')) as BlockHash;

describe('targets in compact form, as Core reads and writes them', () => {
  it.each([
    // Nothing is left of the mantissa: zero, and then it has no sign either.
    [0x00000000, 0n],
    [0x00123456, 0n],
    [0x01003456, 0n],
    [0x02000056, 0n],
    [0x03000000, 0n],
    [0x04000000, 0n],
    [0x00923456, 0n],
    [0x01803456, 0n],
    [0x02800056, 0n],
    [0x03800000, 0n],
    [0x04800000, 0n],
    [0xff000000, 0n],
  ])('%s is zero', (bits, value) => {
    expect(targetFromCompact(bits)).toEqual({ value, negative: false, overflow: false });
    expect(compactFromTarget(value)).toBe(0);
  });

  it.each([
    // The second number is how the target is written again: what the exponent cuts off is gone.
    [0x01123456, 0x01120000, 0x12n],
    [0x02123456, 0x02123400, 0x1234n],
    [0x03123456, 0x03123456, 0x123456n],
    [0x04123456, 0x04123456, 0x12345600n],
    [0x05009234, 0x05009234, 0x92340000n],
    [0x20123456, 0x20123456, 0x123456n << 232n],
    [0x1d00ffff, 0x1d00ffff, 0xffffn << 208n],
    [0x207fffff, 0x207fffff, 0x7fffffn << 232n],
    [0x2100ffff, 0x2100ffff, 0xffffn << 240n],
  ])('%s is a target', (bits, written, value) => {
    expect(targetFromCompact(bits)).toEqual({ value, negative: false, overflow: false });
    expect(compactFromTarget(value)).toBe(written);
  });

  it.each([
    [0x01fedcba, 0x7en],
    [0x04923456, 0x12345600n],
    [0x03800001, 1n],
  ])('%s is negative', (bits, value) => {
    expect(targetFromCompact(bits)).toEqual({ value, negative: true, overflow: false });
  });

  it.each([
    // The largest number of bytes for a mantissa of one, two and three bytes, and one more.
    [0x220000ff, false],
    [0x230000ff, true],
    [0x2100ffff, false],
    [0x2200ffff, true],
    [0x207fffff, false],
    [0x217fffff, true],
    [0x21010000, true],
    [0x22000100, true],
    [0xff123456, true],
  ])('whether %s overflows 256 bits: %s', (bits, overflow) => {
    expect(targetFromCompact(bits)).toMatchObject({ negative: false, overflow });
  });

  it('leaves the sign bit free when it writes', () => {
    expect(compactFromTarget(0x7fn)).toBe(0x017f0000);
    expect(compactFromTarget(0x80n)).toBe(0x02008000);
    expect(compactFromTarget(0x8000n)).toBe(0x03008000);
    expect(compactFromTarget(0x800000n)).toBe(0x04008000);
    expect(compactFromTarget(MAX)).toBe(0x2100ffff);
    expect(compactFromTarget(POW_LIMIT)).toBe(0x1d00ffff);
  });

  it('rounds down, by less than one part in 32,768', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, MAX), (target) => {
        const { value, negative, overflow } = targetFromCompact(compactFromTarget(target));
        expect({ negative, overflow }).toEqual({ negative: false, overflow: false });
        expect(value <= target && (target - value) * 32768n <= target).toBe(true);
      }),
    );
  });

  it('keeps what it has written', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, MAX), (target) => {
        const bits = compactFromTarget(target);
        expect(compactFromTarget(targetFromCompact(bits).value)).toBe(bits);
      }),
    );
  });
});

describe('proof of work', () => {
  it('reads a hash as a little-endian number', () => {
    const hash = new Uint8Array(32) as BlockHash;
    hash[0] = 1;
    hash[31] = 2;
    expect(hashToNumber(hash)).toBe((2n << 248n) + 1n);
    // A hash is often a view into something larger.
    const view = new Uint8Array(40).subarray(5, 37) as BlockHash;
    view.set(hash);
    expect(hashToNumber(view)).toBe((2n << 248n) + 1n);
  });

  it('accepts a hash that equals the target, and none above it', () => {
    const target = 0xffffn << 208n;
    expect(meetsTarget(hashOf(target), 0x1d00ffff, POW_LIMIT)).toBe(true);
    expect(meetsTarget(hashOf(target + 1n), 0x1d00ffff, POW_LIMIT)).toBe(false);
    expect(meetsTarget(hashOf(0n), 0x1d00ffff, POW_LIMIT)).toBe(true);
  });

  it.each([
    ['negative', 0x1d80ffff],
    ['zero', 0x1d000000],
    ['beyond 256 bits', 0xff123456],
    ['easier than the chain allows', 0x1d010000],
    ['far easier than the chain allows', 0x207fffff],
  ])('accepts no hash for a target that is %s', (_, bits) => {
    expect(meetsTarget(hashOf(0n), bits, POW_LIMIT)).toBe(false);
  });

  it('counts the hashes that a block took', () => {
    expect(blockWork(0x1d00ffff)).toBe(0x100010001n);
    expect(blockWork(0x207fffff)).toBe(2n);
    expect(blockWork(0x01010000)).toBe(1n << 255n);
    // No targets, no work.
    for (const bits of [0, 0x1d80ffff, 0xff123456]) expect(blockWork(bits)).toBe(0n);
  });

  it('computes work as Core does, without ever writing down 2^256', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, MAX), (target) => {
        const bits = compactFromTarget(target);
        const { value } = targetFromCompact(bits);
        expect(blockWork(bits)).toBe((value ^ MAX) / (value + 1n) + 1n);
      }),
    );
  });

  it.each([
    [0x1d00ffff, '1'],
    [0x1b0404cb, '16307.42093852398'],
    [0x1cf88f6f, '1.029915504000793'],
    [0x207fffff, '4.656542373906925e-10'],
    [0x12345678, '5.913134931067755e+24'],
  ])('reports the difficulty of %s to the digits that Core prints', (bits, printed) => {
    expect(String(Number(difficulty(bits).toPrecision(16)))).toBe(printed);
  });
});
