import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EvictionCandidate, selectEviction } from './select-eviction.ts';

const ordinary: EvictionCandidate = {
  id: 0,
  connectedAt: 1000,
  lastBlockAt: 0,
  lastTransactionAt: 0,
  minPingMs: 100,
  hasWantedServices: true,
  relaysTransactions: true,
  hasBloomFilter: false,
  groupKey: 'm',
  network: 'ipv4',
  isLocal: false,
  isUnwelcome: false,
};

/** So many, each a little younger and slower than the one before, in a group of its own. */
function crowd(
  size: number,
  change: (i: number) => Partial<EvictionCandidate> = () => ({}),
): EvictionCandidate[] {
  return Array.from({ length: size }, (_, i) => ({
    ...ordinary,
    ...{ id: i, connectedAt: 1000 + i, minPingMs: 100 + i, groupKey: `m${1000 + i}` },
    ...change(i),
  }));
}

/** Who goes, if everybody who is chosen goes, until nobody is. */
function evictAll(candidates: readonly EvictionCandidate[]): readonly number[] {
  const gone: number[] = [];
  let left = candidates;
  for (;;) {
    const id = selectEviction(left);
    if (id === undefined) return gone;
    gone.push(id);
    left = left.filter((candidate) => candidate.id !== id);
  }
}

describe('when somebody has to go', () => {
  it('nobody does while all are among the protected', () => {
    expect(selectEviction([])).toBeUndefined();
    // Four by group, eight by ping, four by transactions, four by blocks.
    expect(selectEviction(crowd(20))).toBeUndefined();
    expect(selectEviction(crowd(21))).toBeDefined();
  });

  it('four are protected by groups that an attacker cannot know', () => {
    const candidates = crowd(60, (i) => (i >= 56 ? { groupKey: `z${i}` } : {}));
    expect(evictAll(candidates).filter((id) => id >= 56)).toEqual([]);
  });

  it('eight are protected by their ping', () => {
    const candidates = crowd(60, (i) => (i >= 52 ? { minPingMs: 5 } : {}));
    expect(evictAll(candidates).filter((id) => id >= 52)).toEqual([]);
  });

  it('four are protected by the transactions that they brought last', () => {
    const candidates = crowd(60, (i) => (i >= 56 ? { lastTransactionAt: 9000 + i } : {}));
    expect(evictAll(candidates).filter((id) => id >= 56)).toEqual([]);
  });

  it('four are protected by the blocks that they brought last', () => {
    const candidates = crowd(60, (i) => (i >= 56 ? { lastBlockAt: 9000 + i } : {}));
    expect(evictAll(candidates).filter((id) => id >= 56)).toEqual([]);
  });

  it('eight more are protected by blocks who want no transactions', () => {
    const candidates = crowd(60, (i) =>
      i >= 48 ? { lastBlockAt: 9000 + i, relaysTransactions: false } : {},
    );
    expect(evictAll(candidates).filter((id) => id >= 48)).toEqual([]);
    const useless = candidates.map((one) => ({ ...one, hasWantedServices: false }));
    expect(evictAll(useless).filter((id) => id >= 48)).not.toEqual([]);
  });

  it('half of the rest is protected by the time that they have been here', () => {
    // Of 60, twenty are protected by merit, and of forty the twenty oldest stay.
    const candidates = crowd(60, (i) => ({ minPingMs: 1000 - i }));
    const loser = selectEviction(candidates);
    expect(loser).toBeGreaterThanOrEqual(20);
    const attacked = [
      ...candidates,
      ...crowd(100, (i) => ({ id: 100 + i, connectedAt: 9000 + i, groupKey: 'a' })),
    ];
    const gone = evictAll(attacked);
    expect(gone.slice(0, 70).every((id) => id >= 100)).toBe(true);
  });

  it('a quarter is kept for networks that are slow and young', () => {
    for (const special of [
      { network: 'onion' },
      { network: 'i2p' },
      { network: 'cjdns' },
      { isLocal: true },
    ] as const) {
      const candidates = crowd(60, (i) =>
        i >= 50 ? { ...special, minPingMs: 5000, connectedAt: 5000 + i, groupKey: `a${i}` } : {},
      );
      const first = selectEviction(candidates);
      expect(first).toBeLessThan(50);
    }
  });

  it('the places of slow networks are shared among them, the smallest first', () => {
    const candidates = crowd(100, (i) => {
      const network = i >= 97 ? 'i2p' : i >= 60 ? 'onion' : 'ipv4';
      return {
        network,
        minPingMs: i >= 60 ? 5000 : 100,
        connectedAt: i >= 60 ? 5000 + i : 1000 + i,
      };
    });
    // The three of I2P stay; of the many onions the youngest is the first that goes.
    const first = selectEviction(candidates) ?? -1;
    expect(first).toBeGreaterThanOrEqual(60);
    expect(first).toBeLessThan(97);
  });

  it('the youngest of the largest group goes', () => {
    const candidates = crowd(80, (i) => (i >= 60 && i < 70 ? { groupKey: 'large' } : {}));
    expect(selectEviction(candidates)).toBe(69);
  });

  it('those who have misbehaved go first', () => {
    const candidates = crowd(80, (i) => ({
      isUnwelcome: i === 70,
      ...(i >= 65 ? { groupKey: 'large' } : {}),
    }));
    expect(selectEviction(candidates)).toBe(70);
  });

  it('it is somebody who is there, and the order in which they are given does not matter', () => {
    const candidate = fc.record({
      connectedAt: fc.integer({ min: 0, max: 50 }),
      lastBlockAt: fc.integer({ min: 0, max: 3 }),
      lastTransactionAt: fc.integer({ min: 0, max: 3 }),
      relaysTransactions: fc.boolean(),
      groupKey: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      network: fc.constantFrom('ipv4', 'onion', 'i2p', 'cjdns', undefined),
      isLocal: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 80 }), (facts) => {
        const candidates = facts.map((one, id) => ({ ...ordinary, ...one, id, minPingMs: id }));
        const loser = selectEviction(candidates);
        if (candidates.length > 40) expect(loser).toBeDefined();
        if (loser !== undefined) expect(candidates[loser]?.id).toBe(loser);
        const before = JSON.stringify(candidates);
        selectEviction(candidates);
        expect(JSON.stringify(candidates)).toBe(before);
      }),
      { numRuns: 50 },
    );
  });
});
