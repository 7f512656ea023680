import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteMap, ByteSet } from './byte-map.ts';
import { toHex } from './hex.ts';

/** Few and short keys, so that they meet again; and some of a length that hashes and outpoints have. */
const key = fc.oneof(
  fc.uint8Array({ maxLength: 2, max: 3 }),
  fc.uint8Array({ minLength: 31, maxLength: 37, max: 1 }),
);
const action = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, value: fc.nat() }),
  fc.record({ kind: fc.constantFrom('get' as const, 'delete' as const), key }),
);

function sorted<T>(entries: Iterable<[string, T]>): [string, T][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('ByteMap', () => {
  it('is a Map of strings, under every seed', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), fc.integer(), (actions, seed) => {
        const map = new ByteMap<number>(seed);
        const model = new Map<string, number>();
        for (const step of actions) {
          const name = toHex(step.key);
          if (step.kind === 'set') {
            map.set(step.key, step.value);
            model.set(name, step.value);
          } else if (step.kind === 'delete') {
            expect(map.delete(step.key)).toBe(model.delete(name));
          }
          expect(map.get(step.key)).toBe(model.get(name));
          expect(map.has(step.key)).toBe(model.has(name));
          expect(map.size).toBe(model.size);
        }
        const entries = [...map].map(([at, value]): [string, number] => [toHex(at), value]);
        expect(sorted(entries)).toEqual(sorted(model));
        const visited: [string, number][] = [];
        map.forEach((at, value) => {
          visited.push([toHex(at), value]);
        });
        expect(visited).toEqual(entries);
        expect([...map.keys()].map(toHex).sort()).toEqual([...model.keys()].sort());
        expect([...map.values()].sort()).toEqual([...model.values()].sort());
        map.clear();
        expect(map.size).toBe(0);
        expect([...map]).toEqual([]);
      }),
    );
  });

  it('tells apart keys that differ in length, or in one bit anywhere', () => {
    const map = new ByteMap<string>(7);
    const keys = [
      new Uint8Array(0),
      new Uint8Array(1),
      new Uint8Array(4),
      new Uint8Array(32),
      new Uint8Array(33),
    ];
    for (let bit = 0; bit < 36 * 8; bit++) {
      const one = new Uint8Array(36);
      one[bit >> 3] = 1 << (bit & 7);
      keys.push(one);
    }
    for (const one of keys) map.set(one, toHex(one));
    expect(map.size).toBe(keys.length);
    for (const one of keys) expect(map.get(Uint8Array.from(one))).toBe(toHex(one));
  });

  it('finds every key of many that share their place, and forgets exactly the one it is told', () => {
    // Half a million places in four billion: some thirty pairs share one.
    const map = new ByteMap<number>();
    const count = 500_000;
    const keyOf = (i: number): Uint8Array => Uint8Array.of(i, i >> 8, i >> 16, 0x5a, 1, 2, 3, 4);
    for (let i = 0; i < count; i++) map.set(keyOf(i), i);
    expect(map.size).toBe(count);
    for (let i = 0; i < count; i += 2) map.delete(keyOf(i));
    let wrong = 0;
    for (let i = 0; i < count; i++) {
      if (map.get(keyOf(i)) !== (i % 2 === 0 ? undefined : i)) wrong++;
    }
    expect(wrong).toBe(0);
    expect(map.size).toBe(count / 2);
  });

  it('gives no advantage to keys whose difference cancels out in multiplying hashes', () => {
    // In FNV and its like, the top bit of a word and two bits of the next cancel, whatever the seed:
    // of such keys, 2^15 would share one place, and each search would walk through all of them.
    const keys = Array.from({ length: 1 << 15 }, (_, choice) => {
      const words = new Uint32Array(16);
      for (let i = 0; i < 15; i++) {
        if (((choice >> i) & 1) === 0) continue;
        words[i] = (words[i] as number) ^ 0x80000000;
        words[i + 1] = (words[i + 1] as number) ^ 0x80010000;
      }
      return new Uint8Array(words.buffer);
    });
    const time = (chosen: readonly Uint8Array[]): number => {
      const start = performance.now();
      const map = new ByteMap<number>(12345);
      for (const [i, one] of chosen.entries()) map.set(one, i);
      return performance.now() - start;
    };
    const plain = keys.map((_, i) => new Uint8Array(new Uint32Array(16).fill(i).buffer));
    time(plain);
    expect(time(keys)).toBeLessThan(20 * time(plain) + 50);
  });
});

describe('ByteSet', () => {
  it('is a Set of strings', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean())), fc.integer(), (steps, seed) => {
        const set = new ByteSet(seed);
        const model = new Set<string>();
        for (const [one, adds] of steps) {
          const name = toHex(one);
          if (adds) expect(set.add(one)).toBe(!model.has(name));
          if (adds) model.add(name);
          else expect(set.delete(one)).toBe(model.delete(name));
          expect(set.has(one)).toBe(model.has(name));
          expect(set.size).toBe(model.size);
        }
        expect([...set].map(toHex).sort()).toEqual([...model].sort());
      }),
    );
  });
});
