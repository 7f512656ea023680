/** What every store must do. The tests of each run it. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../outside/clock/clock.ts';
import { compareBytes } from '../../protocol/bytes/compare.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import {
  type KeyRange,
  type KeyValueStore,
  prefixRange,
  type StoreOptions,
  type StoreReader,
} from './key-value-store.ts';
import { WriteBatch } from './write-batch.ts';

/** Somewhere that a store can be opened, again and again. */
interface StorePlace {
  open(options?: StoreOptions): Promise<KeyValueStore>;
  /** Whatever the tests left there. */
  remove(): Promise<void>;
}

type MakePlace = (clock: Clock) => Promise<StorePlace>;

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.of(...values);
const key = (number: number): Uint8Array => bytes(number >>> 16, number >>> 8, number);

async function entries(store: StoreReader, range?: KeyRange): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const [k, v] of store.iterate(range)) found.push([toHex(k), toHex(v)]);
  return found;
}

/** A store that is plainly right. */
class Model {
  #entries: [Uint8Array, Uint8Array][] = [];

  apply(changes: readonly Change[]): void {
    for (const [k, v] of changes) {
      this.#entries = this.#entries.filter(([other]) => compareBytes(other, k) !== 0);
      if (v !== undefined) this.#entries.push([k, v]);
    }
    this.#entries.sort(([a], [b]) => compareBytes(a, b));
  }

  entries({ gte, gt, lt, lte, reverse, limit }: KeyRange = {}): [string, string][] {
    const inRange = this.#entries.filter(
      ([k]) =>
        (gte === undefined || compareBytes(k, gte) >= 0) &&
        (gt === undefined || compareBytes(k, gt) > 0) &&
        (lt === undefined || compareBytes(k, lt) < 0) &&
        (lte === undefined || compareBytes(k, lte) <= 0),
    );
    if (reverse === true) inRange.reverse();
    return inRange.slice(0, limit).map(([k, v]) => [toHex(k), toHex(v)]);
  }
}

type Change = readonly [key: Uint8Array, value: Uint8Array | undefined];

const shortKey = fc.uint8Array({ maxLength: 3 });
const change: fc.Arbitrary<Change> = fc.tuple(
  shortKey,
  fc.option(fc.uint8Array({ maxLength: 5 }), { nil: undefined, freq: 3 }),
);
const low = fc.oneof(fc.record({ gte: shortKey }), fc.record({ gt: shortKey }), fc.constant({}));
const high = fc.oneof(fc.record({ lte: shortKey }), fc.record({ lt: shortKey }), fc.constant({}));
const count = fc.oneof(fc.record({ limit: fc.nat({ max: 9 }) }), fc.constant({}));
const keyRange: fc.Arbitrary<KeyRange> = fc
  .tuple(low, high, count, fc.record({ reverse: fc.boolean() }))
  .map((parts) => Object.assign({}, ...parts) as KeyRange);

function batchOf(changes: readonly Change[]): WriteBatch {
  const batch = new WriteBatch();
  for (const [k, v] of changes) {
    if (v === undefined) batch.delete(k);
    else batch.put(k, v);
  }
  return batch;
}

/** A clock that only counts how often somebody let others have a turn. */
function turnCounter(): Clock & { turns: number } {
  return {
    turns: 0,
    now: () => 0,
    monotonic: () => 0,
    schedule: () => () => {},
    async nextTurn() {
      this.turns++;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

export function describeKeyValueStore(name: string, makePlace: MakePlace): void {
  const places: StorePlace[] = [];
  const stores: KeyValueStore[] = [];
  const clock = turnCounter();

  async function newPlace(): Promise<StorePlace> {
    const place = await makePlace(clock);
    places.push(place);
    return place;
  }

  async function open(place?: StorePlace, options?: StoreOptions): Promise<KeyValueStore> {
    const store = await (place ?? (await newPlace())).open(options);
    stores.push(store);
    return store;
  }

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    for (const place of places.splice(0)) await place.remove();
  });

  describe(`${name}: keys and values`, () => {
    it('are found again, as plain arrays, whether empty, long, or a part of something larger', async () => {
      const store = await open();
      const block = Uint8Array.from({ length: 20_000 }, (_, i) => i * 7);
      const parts = [block.subarray(5, 9), block.subarray(0, 0), block, block.subarray(19_000)];
      const batch = new WriteBatch();
      for (const part of parts) batch.put(part.subarray(0, 36), part);
      await store.write(batch);
      for (const part of parts) {
        const value = await store.get(part.subarray(0, 36));
        expect(value).toEqual(part);
        expect(value?.slice().buffer).not.toBe(value?.buffer);
      }
      expect(await store.get(bytes(1))).toBeUndefined();
    });

    it('do not change with the arrays that they were given in', async () => {
      const store = await open();
      const [k, v] = [bytes(1, 2), bytes(3, 4)];
      await store.write(new WriteBatch().put(k, v));
      k.fill(9);
      v.fill(9);
      expect(await entries(store)).toEqual([['0102', '0304']]);
    });

    it('come many at once, in the order that they are asked for', async () => {
      const store = await open();
      const batch = new WriteBatch();
      for (let i = 0; i < 10_000; i += 2) batch.put(key(i), bytes(i, i >> 8));
      await store.write(batch);
      const order = Array.from({ length: 15_000 }, (_, i) => (i * 7919) % 12_000);
      const values = await store.getMany(order.map(key));
      expect(values.map((value) => value && toHex(value))).toEqual(
        order.map((i) => (i % 2 === 0 && i < 10_000 ? toHex(bytes(i, i >> 8)) : undefined)),
      );
      expect(await store.getMany([])).toEqual([]);
    });

    it('come in ranges as from a sorted list, after whatever was written', async () => {
      const store = await open();
      const model = new Model();
      await fc.assert(
        fc.asyncProperty(
          fc.array(change, { maxLength: 12 }),
          fc.array(keyRange, { maxLength: 4 }),
          async (changes, ranges) => {
            await store.write(batchOf(changes));
            model.apply(changes);
            expect(await entries(store)).toEqual(model.entries());
            for (const range of ranges) {
              expect(await entries(store, range)).toEqual(model.entries(range));
            }
          },
        ),
        { numRuns: 60 },
      );
    });

    it('come by prefix', async () => {
      const store = await open();
      const keys = [
        bytes(),
        bytes(1),
        bytes(1, 0xff),
        bytes(1, 0xff, 0xff, 3),
        bytes(2),
        bytes(0xff),
      ];
      const batch = new WriteBatch();
      for (const k of keys) batch.put(k, k);
      await store.write(batch);
      const found = async (...prefix: readonly number[]): Promise<string[]> =>
        (await entries(store, prefixRange(bytes(...prefix)))).map(([k]) => k);
      expect(await found(1)).toEqual(['01', '01ff', '01ffff03']);
      expect(await found(1, 0xff)).toEqual(['01ff', '01ffff03']);
      expect(await found(0xff)).toEqual(['ff']);
      expect(await found(3)).toEqual([]);
      expect(await found()).toHaveLength(keys.length);
    });
  });

  describe(`${name}: a batch`, () => {
    it('is applied in its order', async () => {
      const store = await open();
      const [a, b] = [bytes(1), bytes(2)];
      await store.write(new WriteBatch().put(a, a).delete(a).delete(b).put(b, a).put(b, b));
      expect(await entries(store)).toEqual([['02', '02']]);
    });

    it('counts its changes and bytes', () => {
      const batch = new WriteBatch().put(bytes(1, 2), bytes(3)).delete(bytes(4));
      expect([batch.size, batch.bytes]).toEqual([2, 4]);
      expect([batch.keyAt(1), batch.valueAt(0), batch.valueAt(1)]).toEqual([
        bytes(4),
        bytes(3),
        undefined,
      ]);
    });

    it('is seen as a whole or not at all, and lets others have a turn while it is written', async () => {
      const store = await open();
      const size = 20_000;
      const batch = (value: number): WriteBatch => {
        const made = new WriteBatch();
        for (let i = 0; i < size; i++) made.put(key(i), bytes(value));
        return made;
      };
      await store.write(batch(0));
      const turns = clock.turns;
      let isDone = false;
      const writing = store.write(batch(1)).then(() => {
        isDone = true;
      });
      let looks = 0;
      while (!isDone) {
        const [first, last] = await store.getMany([key(0), key(size - 1)]);
        expect(first).toEqual(last);
        looks++;
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writing;
      expect(looks).toBeGreaterThan(2);
      expect(clock.turns - turns).toBeGreaterThan(2);
      expect(await store.get(key(77))).toEqual(bytes(1));
    });

    it('is written after those that were given before it', async () => {
      const store = await open();
      const writes = Array.from({ length: 50 }, (_, i) =>
        store.write(new WriteBatch().put(bytes(1), bytes(i)), { durable: i % 10 === 0 }),
      );
      await Promise.all(writes);
      expect(await store.get(bytes(1))).toEqual(bytes(49));
    });
  });

  describe(`${name}: the state of a moment`, () => {
    it('stays in a snapshot while the store changes', async () => {
      const store = await open();
      await store.write(new WriteBatch().put(bytes(1), bytes(1)).put(bytes(2), bytes(2)));
      const snapshot = store.snapshot();
      await store.write(
        new WriteBatch().put(bytes(1), bytes(9)).delete(bytes(2)).put(bytes(3), bytes(3)),
      );
      expect(await snapshot.get(bytes(1))).toEqual(bytes(1));
      expect(await snapshot.getMany([bytes(3), bytes(2)])).toEqual([undefined, bytes(2)]);
      const many = Array.from({ length: 5000 }, () => bytes(2));
      expect((await snapshot.getMany(many)).every((value) => value?.[0] === 2)).toBe(true);
      expect(await entries(snapshot)).toEqual([
        ['01', '01'],
        ['02', '02'],
      ]);
      expect(await entries(store)).toEqual([
        ['01', '09'],
        ['03', '03'],
      ]);
      await snapshot.release();
      await expect(snapshot.get(bytes(1))).rejects.toMatchObject({ code: 'closed' });
      await expect(entries(snapshot)).rejects.toMatchObject({ code: 'closed' });
      expect(await store.get(bytes(1))).toEqual(bytes(9));
    });

    it('stays in an iteration while the store changes', async () => {
      const store = await open();
      const batch = new WriteBatch();
      for (let i = 0; i < 5000; i++) batch.put(key(i), new Uint8Array(100).fill(1));
      await store.write(batch);
      let seen = 0;
      for await (const [k, value] of store.iterate()) {
        expect(value[0]).toBe(1);
        if (seen++ % 1000 !== 0) continue;
        const next = new WriteBatch();
        for (let i = 0; i < 5000; i++)
          next.put(key(i), bytes(2)).delete(k).put(key(9000), bytes(3));
        await store.write(next);
      }
      expect(seen).toBe(5000);
    });

    it('may be left in the middle of an iteration', async () => {
      const store = await open();
      const batch = new WriteBatch();
      for (let i = 0; i < 3000; i++) batch.put(key(i), bytes(1));
      await store.write(batch);
      const found: string[] = [];
      for await (const [a] of store.iterate({ reverse: true })) {
        for await (const [b] of store.iterate({ gt: key(5) })) {
          found.push(toHex(a), toHex(b));
          break;
        }
        if (found.length === 4) break;
      }
      expect(found).toEqual(['000bb7', '000006', '000bb6', '000006']);
    });
  });

  describe(`${name}: closing`, () => {
    it('keeps everything, written durably or not', async () => {
      const place = await newPlace();
      let store = await open(place);
      await store.write(new WriteBatch().put(bytes(1), bytes(1)));
      await store.write(new WriteBatch(), { durable: true });
      await store.write(new WriteBatch().put(bytes(2), bytes(2)), { durable: true });
      const last = store.write(new WriteBatch().put(bytes(3), bytes(3)));
      await store.close();
      await last;
      store = await open(place);
      expect(await entries(store)).toEqual([
        ['01', '01'],
        ['02', '02'],
        ['03', '03'],
      ]);
      expect(await store.sizeOnDisk()).toBeGreaterThan(6);
    });

    it('refuses whatever comes later, and may be repeated', async () => {
      const store = await open();
      await store.write(new WriteBatch().put(bytes(1), bytes(1)).put(bytes(2), bytes(2)));
      const snapshot = store.snapshot();
      const iterator = store.iterate()[Symbol.asyncIterator]();
      await iterator.next();
      await store.close();
      await store.close();
      const closed = { name: 'StorageError', code: 'closed' };
      await expect(store.get(bytes(1))).rejects.toMatchObject(closed);
      await expect(store.getMany([bytes(1)])).rejects.toMatchObject(closed);
      await expect(entries(store)).rejects.toMatchObject(closed);
      await expect(store.write(new WriteBatch())).rejects.toMatchObject(closed);
      await expect(store.sizeOnDisk()).rejects.toMatchObject(closed);
      expect(() => store.snapshot()).toThrowError(expect.objectContaining(closed));
      await expect(snapshot.get(bytes(1))).rejects.toMatchObject(closed);
      await snapshot.release();
    });

    it('is the end of everything, if the store is to be empty when it is opened again', async () => {
      const place = await newPlace();
      for (let i = 0; i < 3; i++) {
        const store = await open(place, { wipe: true });
        expect(await entries(store)).toEqual([]);
        await store.write(new WriteBatch().put(bytes(i), bytes(i)), { durable: true });
        await store.close();
      }
      expect(await entries(await open(place))).toEqual([['02', '02']]);
    });

    it('is needed before somebody else opens the store', async () => {
      const place = await newPlace();
      const store = await open(place);
      await expect(place.open()).rejects.toMatchObject({ name: 'StorageError', code: 'locked' });
      await store.close();
      await open(place);
    });
  });
}
