import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { CoinTable, NONE } from './coin-table.ts';

const KEY_SIZE = 36;
const SEGMENT_BYTES = 65_536;

const newTable = (): CoinTable => new CoinTable(new SeededEntropy('coin table'));

function keyOf(number: number): Uint8Array {
  const key = new Uint8Array(KEY_SIZE);
  new DataView(key.buffer).setUint32(0, Math.imul(number, 0x9e3779b1));
  new DataView(key.buffer).setUint32(28, number);
  return key;
}

/** Everything in the table, found segment by segment, and each of it found by its key, too. */
function entriesOf(table: CoinTable): ReadonlyMap<string, string> {
  const { records } = table;
  const entries = new Map<string, string>();
  for (const segment of records.segments()) {
    for (const ref of records.refsIn(segment)) {
      expect(table.find(records.key(ref).slice())).toBe(ref);
      entries.set(toHex(records.key(ref)), `${records.flags(ref)} ${toHex(records.value(ref))}`);
    }
  }
  expect(entries.size).toBe(table.size);
  return entries;
}

describe('the table of coins', () => {
  const step = fc.record({
    what: fc.constantFrom('set', 'set', 'remove', 'relocate', 'startRelocation', 'dropSpare'),
    key: fc.nat(30),
    flags: fc.nat(7),
    size: fc.oneof(fc.nat(50), fc.integer({ min: 5_000, max: 10_000 })),
  });

  it('holds what a plain map holds, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const table = newTable();
        const model = new Map<string, string>();
        for (const { what, key: number, flags, size } of steps) {
          const key = keyOf(number);
          const ref = table.find(key);
          expect(ref !== NONE).toBe(model.has(toHex(key)));
          if (what === 'set') {
            const value = new Uint8Array(size).fill(number);
            if (ref === NONE) table.add(key, value, flags);
            else table.replace(ref, value, flags);
            model.set(toHex(key), `${flags} ${toHex(value)}`);
          } else if (what === 'remove' && ref !== NONE) {
            table.remove(ref);
            model.delete(toHex(key));
          } else if (what === 'relocate' && ref !== NONE) {
            table.relocate(ref);
          } else if (what === 'startRelocation') {
            table.records.startRelocation();
          } else if (what === 'dropSpare') {
            table.records.dropSpare();
          }
        }
        expect(entriesOf(table)).toEqual(model);
      }),
      { numRuns: 300 },
    );
  });

  it('finds each of a hundred thousand, and none of those that have left', () => {
    const table = newTable();
    const value = new Uint8Array(30);
    const count = 100_000;
    for (let i = 0; i < count; i++) table.add(keyOf(i), value, 0);
    const full = table.bytes;
    for (let i = 0; i < count; i += 2) table.remove(table.find(keyOf(i)));
    let wrong = 0;
    for (let i = 0; i < count; i++) if ((table.find(keyOf(i)) !== NONE) !== (i % 2 === 1)) wrong++;
    expect(wrong).toBe(0);
    // 36 + 4 + 30 bytes, in steps of 8; 8 for the slot, of which a quarter or more are empty.
    expect(full / count).toBeGreaterThan(72 + 8);
    expect(full / count).toBeLessThan(72 + 8 / 0.3 + 1);
  });

  it('gives memory back: that of emptied segments, and that of slots', () => {
    const table = newTable();
    const empty = table.bytes;
    for (let i = 0; i < 50_000; i++) table.add(keyOf(i), new Uint8Array(20), 0);
    for (let i = 0; i < 50_000; i++) table.remove(table.find(keyOf(i)));
    expect(table.bytes).toBeGreaterThan(45 * SEGMENT_BYTES);
    table.records.dropSpare();
    expect(table.bytes).toBe(empty + SEGMENT_BYTES);
  });

  it('keeps the order of age: what is relocated stays before what came later', () => {
    const table = newTable();
    const { records } = table;
    const big = new Uint8Array(10_000);
    for (let i = 0; i < 30; i++) table.add(keyOf(i), big, 0);
    const [oldest, second, ...others] = records.segments();
    records.startRelocation();
    for (const ref of records.refsIn(second as number)) table.relocate(ref);
    const [first, gathered, ...later] = records.segments();
    expect(first).toBe(oldest);
    expect(later).toEqual(others);
    expect(records.refsIn(gathered as number)).toHaveLength(6);
  });

  it('refuses a key that is none, and a value that no coin has', () => {
    const table = newTable();
    expect(() => table.find(new Uint8Array(32))).toThrow(RangeError);
    expect(() => table.add(keyOf(1), new Uint8Array(16_001), 0)).toThrow(RangeError);
    expect(table.find(keyOf(1))).toBe(NONE);
  });
});
