import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { Changes } from './changes.ts';
import { Pace } from './pace.ts';

type Step =
  | { readonly kind: 'set'; readonly key: number; readonly value: number }
  | { readonly kind: 'delete'; readonly key: number }
  | { readonly kind: 'get'; readonly key: number }
  | { readonly kind: 'write' };

const key = fc.nat(6);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('set' as const), key, value: fc.nat(9) }),
    },
    {
      weight: 6,
      arbitrary: fc.oneof(
        fc.record({ kind: fc.constant('delete' as const), key }),
        fc.record({ kind: fc.constant('get' as const), key }),
      ),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('write' as const) }) },
  ),
  { minLength: 20, maxLength: 60 },
);

const PACE = new Pace(new SystemClock());

const bytes = (number: number): Uint8Array => Uint8Array.of(number);

async function contentOf(store: MemoryStore): Promise<Map<number, number>> {
  const content = new Map<number, number>();
  for await (const [key, value] of store.iterate()) content.set(key[0] ?? -1, value[0] ?? -1);
  return new Map([...content].sort(([a], [b]) => a - b));
}

async function write(changes: Changes, store: MemoryStore): Promise<void> {
  await store.write(await changes.toBatch(PACE));
  changes.clear();
}

describe('changes that have not been written', () => {
  it('are read as if they had been, become so, and can be taken back', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (actions) => {
        const store = new MemoryStore();
        const changes = new Changes(store, 7);
        const model = new Map<number, number>();
        for (const action of actions) {
          if (action.kind === 'write') {
            await write(changes, store);
          } else if (action.kind === 'delete') {
            changes.delete(bytes(action.key));
            model.delete(action.key);
          } else if (action.kind === 'get') {
            const value = model.get(action.key);
            const expected = value === undefined ? undefined : bytes(value);
            expect(await changes.get(bytes(action.key))).toEqual(expected);
          } else {
            // An index knows which of its keys cannot be there yet.
            if (model.has(action.key)) changes.put(bytes(action.key), bytes(action.value));
            else changes.create(bytes(action.key), bytes(action.value));
            model.set(action.key, action.value);
          }
        }
        const before = await contentOf(store);
        const inverse = await changes.inverse(PACE);
        await write(changes, store);
        expect(await contentOf(store)).toEqual(new Map([...model].sort(([a], [b]) => a - b)));
        const back = new WriteBatch();
        for (const { key, value } of inverse) {
          if (value === undefined) back.delete(key);
          else back.put(key, value);
        }
        await store.write(back);
        expect(await contentOf(store)).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  it('leave no trace of what came and went, and count what they take', async () => {
    const changes = new Changes(new MemoryStore(), 7);
    changes.create(bytes(1), bytes(2));
    expect(changes.bytes).toBeGreaterThan(2);
    changes.delete(bytes(1));
    expect(changes.size).toBe(0);
    changes.delete(bytes(1));
    expect(changes.size).toBe(1);
    const batch = await changes.toBatch(PACE);
    expect([toHex(batch.keyAt(0)), batch.valueAt(0)]).toEqual(['01', undefined]);
    changes.clear();
    expect([changes.size, changes.bytes]).toEqual([0, 0]);
  });
});
