import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../protocol/bytes/hex.ts';
import { sha256 } from '../../protocol/crypto/hash.ts';
import {
  drawBelow,
  drawChance,
  drawExponential,
  drawU64,
  drawUnit,
  pick,
  shuffled,
} from './draw.ts';
import type { Entropy } from './entropy.ts';
import { SeededEntropy } from './seeded-entropy.ts';
import { SystemEntropy } from './system-entropy.ts';

const sources: readonly [string, () => Entropy][] = [
  ['the randomness of the machine', () => new SystemEntropy()],
  ['seeded randomness', () => new SeededEntropy('a seed')],
];

/** How far counts are from what is expected; its mean is the number of counts minus one. */
function chiSquare(counts: readonly number[], total: number): number {
  const expected = total / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe.each(sources)('%s', (_name, makeEntropy) => {
  it('gives as many bytes as it is asked for, none of them twice', () => {
    const entropy = makeEntropy();
    for (const length of [0, 1, 3, 32, 511, 512, 513, 4096, 65536, 200_001]) {
      expect(entropy.bytes(length)).toHaveLength(length);
    }
    const keys = new Set(Array.from({ length: 5000 }, () => toHex(entropy.bytes(16))));
    expect(keys.size).toBe(5000);
    const first = entropy.bytes(32);
    const copy = toHex(first);
    entropy.bytes(5000);
    expect(toHex(first)).toBe(copy);
  });

  it('makes every byte equally likely, in small requests and in large ones', () => {
    const entropy = makeEntropy();
    for (const length of [7, 100_000]) {
      const counts = new Array<number>(256).fill(0);
      for (let drawn = 0; drawn < 100_000; drawn += length) {
        for (const byte of entropy.bytes(length)) counts[byte] = (counts[byte] ?? 0) + 1;
      }
      const total = counts.reduce((sum, count) => sum + count);
      // Mean 255, deviation 23: beyond 400 less than once in ten million runs.
      expect(chiSquare(counts, total)).toBeLessThan(400);
    }
  });

  it('makes every bit of a 32-bit number equally likely', () => {
    const entropy = makeEntropy();
    const ones = new Array<number>(32).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const value = entropy.u32();
      expect(value >>> 0).toBe(value);
      for (let bit = 0; bit < 32; bit++) ones[bit] = (ones[bit] ?? 0) + ((value >>> bit) & 1);
    }
    for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(450);
  });

  it('draws below a bound without preferring any number', () => {
    const entropy = makeEntropy();
    for (const bound of [1, 2, 3, 10, 37]) {
      const counts = new Array<number>(bound).fill(0);
      for (let i = 0; i < 20_000; i++) {
        const value = drawBelow(entropy, bound);
        counts[value] = (counts[value] ?? 0) + 1;
      }
      expect(counts).toHaveLength(bound);
      expect(chiSquare(counts, 20_000)).toBeLessThan(bound + 30 * Math.sqrt(bound));
    }
    expect(drawBelow(entropy, 0x100000000)).toBeLessThan(0x100000000);
    for (const bound of [0, -1, 1.5, Number.NaN, 0x100000001]) {
      expect(() => drawBelow(entropy, bound)).toThrow(RangeError);
    }
  });

  it('draws chances, units, waiting times and 64-bit numbers as they are named', () => {
    const entropy = makeEntropy();
    let hits = 0;
    let sum = 0;
    let waited = 0;
    let overThreeMeans = 0;
    for (let i = 0; i < 20_000; i++) {
      if (drawChance(entropy, 0.25)) hits++;
      const unit = drawUnit(entropy);
      expect(unit >= 0 && unit < 1).toBe(true);
      sum += unit;
      const wait = drawExponential(entropy, 30);
      expect(wait >= 0 && Number.isFinite(wait)).toBe(true);
      waited += wait;
      if (wait > 90) overThreeMeans++;
    }
    expect(Math.abs(hits / 20_000 - 0.25)).toBeLessThan(0.02);
    expect(Math.abs(sum / 20_000 - 0.5)).toBeLessThan(0.013);
    expect(Math.abs(waited / 20_000 - 30)).toBeLessThan(1.3);
    expect(Math.abs(overThreeMeans / 20_000 - Math.exp(-3))).toBeLessThan(0.01);
    expect(drawChance(entropy, 0)).toBe(false);
    expect(drawChance(entropy, 1)).toBe(true);
    const wide = Array.from({ length: 100 }, () => drawU64(entropy));
    expect(wide.some((value) => value > 1n << 62n)).toBe(true);
    expect(wide.every((value) => value >= 0n && value < 1n << 64n)).toBe(true);
  });

  it('shuffles into every order, loses nothing, and leaves the original alone', () => {
    const entropy = makeEntropy();
    const orders = new Map<string, number>();
    const values = [1, 2, 3];
    for (let i = 0; i < 6000; i++) {
      const order = shuffled(entropy, values).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect([...orders.keys()].sort()).toEqual(['123', '132', '213', '231', '312', '321']);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(180);
    expect(values).toEqual([1, 2, 3]);
    expect(shuffled(entropy, [])).toEqual([]);
    expect(pick(entropy, [])).toBeUndefined();
    const picked = new Set(Array.from({ length: 200 }, () => pick(entropy, values)));
    expect([...picked].sort()).toEqual([1, 2, 3]);
  });
});

it('draws again where the rest of a round would make small numbers likelier', () => {
  // 2^32 is 3 * 1431655765 + 1: the one number too many is the last.
  const values = [0xffffffff, 0xfffffffe, 0];
  const scripted: Entropy = { bytes: () => new Uint8Array(0), u32: () => values.shift() ?? 1 };
  expect(drawBelow(scripted, 3)).toBe(0xfffffffe % 3);
  expect(values).toEqual([0]);
});

describe('SeededEntropy', () => {
  it('draws the same from the same seed, and something else from another one', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (seed, other) => {
        const drawn = toHex(new SeededEntropy(seed).bytes(64));
        expect(toHex(new SeededEntropy(seed).bytes(64))).toBe(drawn);
        if (other !== seed) expect(toHex(new SeededEntropy(other).bytes(64))).not.toBe(drawn);
      }),
    );
  });

  it('is xoshiro128** from the first 16 bytes of the SHA-256 of its seed', () => {
    const M = 0xffffffffn;
    const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & M;
    const key = new DataView(Uint8Array.from(sha256(new TextEncoder().encode('seven'))).buffer);
    const s = [0, 4, 8, 12].map((at) => BigInt(key.getUint32(at))) as [
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    const entropy = new SeededEntropy('seven');
    for (let i = 0; i < 1000; i++) {
      const expected = (rotl((s[1] * 5n) & M, 7n) * 9n) & M;
      const t = (s[1] << 9n) & M;
      s[2] ^= s[0];
      s[3] ^= s[1];
      s[1] ^= s[2];
      s[0] ^= s[3];
      s[2] ^= t;
      s[3] = rotl(s[3], 11n);
      expect(BigInt(entropy.u32())).toBe(expected);
    }
  });

  it('forks streams that depend on seed and label, and not on what was drawn', () => {
    const quiet = new SeededEntropy('trial');
    const busy = new SeededEntropy('trial');
    busy.bytes(1000);
    busy.fork('node 1').bytes(1000);
    expect(toHex(busy.fork('node 2').bytes(32))).toBe(toHex(quiet.fork('node 2').bytes(32)));
    const streams = [
      quiet.fork('a'),
      quiet.fork('b'),
      quiet.fork('ab'),
      quiet.fork('a').fork('b'),
      quiet.fork(''),
      new SeededEntropy('trial'),
      new SeededEntropy('triala'),
    ].map((entropy) => toHex(entropy.bytes(16)));
    expect(new Set(streams).size).toBe(streams.length);
  });
});
