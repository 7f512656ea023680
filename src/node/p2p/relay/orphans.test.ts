import { describe, expect, it } from 'vitest';
import { makeTx, withWitness } from '../../../../test/fixtures/relay-setup.ts';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { wtxid } from '../../../protocol/primitives/transaction-id.ts';
import { Orphanage } from './orphans.ts';

const MINUTE = 60_000;

function setup(seed = 'orphans') {
  const clock = new VirtualClock();
  const orphans = new Orphanage(clock, new SeededEntropy(seed));
  return { clock, orphans };
}

function child(...parents: readonly Transaction[]): Transaction {
  return makeTx({ parents: parents.length === 0 ? [makeTx()] : parents });
}

describe('the orphanage', () => {
  it('keeps 100, and throws out at random what is too many', () => {
    const survivors = ['one', 'two'].map((seed) => {
      const { orphans } = setup(seed);
      const all = Array.from({ length: 150 }, () => child());
      for (const tx of all) orphans.add(tx, 1);
      expect(orphans.size).toBe(100);
      return all.map((tx) => (orphans.has(wtxid(tx)) ? 1 : 0)).join('');
    });
    expect(survivors[0]).not.toBe(survivors[1]);
    // Neither the oldest nor the youngest alone.
    expect(survivors[0]?.slice(0, 100)).toContain('1');
    expect(survivors[0]?.slice(0, 100)).toContain('0');
  });

  it('keeps one of 400,000 weight, and none that is heavier', () => {
    const { orphans } = setup();
    const parent = makeTx();
    const bare = makeTx({ parents: [parent], witness: false, outputs: 1, padding: 70_000 });
    // Version, lock time, counts, an input with its script, and an output with three bytes of script.
    const size = 4 + 4 + 1 + 1 + (36 + 5 + 70_000 + 4) + (8 + 1 + 3);
    const padding = 70_000 + 100_000 - size;
    const fits = makeTx({ parents: [parent], witness: false, outputs: 1, padding });
    const heavy = makeTx({ parents: [parent], witness: false, outputs: 1, padding: padding + 1 });
    expect([bare, fits, heavy].map((tx) => orphans.add(tx, 1))).toEqual([true, true, false]);
  });

  it('keeps one for 20 minutes', async () => {
    const { clock, orphans } = setup();
    const old = child();
    orphans.add(old, 1);
    await clock.advance(19 * MINUTE);
    orphans.add(child(), 1);
    expect(orphans.has(wtxid(old))).toBe(true);
    // It looks for expired ones when another comes, but not more often than every five minutes.
    await clock.advance(6 * MINUTE);
    orphans.add(child(), 1);
    expect(orphans.has(wtxid(old))).toBe(false);
    expect(orphans.size).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('keeps two that differ in their witness alone, so that a spoilt one does not keep out the right one', () => {
    const { orphans } = setup();
    const tx = child();
    const spoilt = withWitness(tx, Uint8Array.of(0xff));
    expect([orphans.add(tx, 1), orphans.add(spoilt, 2), orphans.add(tx, 2)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('forgets those of a peer that leaves', () => {
    const { orphans } = setup();
    const parent = makeTx();
    const [mine, other] = [child(parent), child(parent)];
    orphans.add(mine, 1);
    orphans.add(other, 2);
    orphans.noteParent(parent);
    orphans.removeOf(1);
    expect(orphans.all().map(({ tx }) => tx)).toEqual([other]);
    expect(orphans.takeWork()?.tx).toBe(other);
    expect(orphans.takeWork()).toBeUndefined();
  });

  it('forgets those that a block has, and those that spend what it spends', () => {
    const { orphans } = setup();
    const parent = makeTx();
    const [confirmed, rival, unrelated] = [child(parent), child(parent), child()];
    for (const tx of [confirmed, rival, unrelated]) orphans.add(tx, 1);
    orphans.removeForBlock({ transactions: [confirmed] } as unknown as Block);
    expect(orphans.all().map(({ tx }) => tx)).toEqual([unrelated]);
  });

  it('gives out each child of a parent that has come, once', () => {
    const { orphans } = setup();
    const parent = makeTx();
    const children = [child(parent), child(parent), child()];
    for (const [peer, tx] of children.entries()) orphans.add(tx, peer);
    orphans.noteParent(parent);
    orphans.noteParent(parent);
    const work = [orphans.takeWork()?.tx, orphans.takeWork()?.tx];
    expect(new Set(work)).toEqual(new Set(children.slice(0, 2)));
    expect(orphans.takeWork()).toBeUndefined();
    expect(orphans.size).toBe(3);
  });

  it('finds the children of a parent: those of a peer, the youngest first, and those of others', () => {
    const { orphans } = setup();
    const parent = makeTx();
    const [a, b, c] = [child(parent), child(parent), child(parent)];
    orphans.add(a, 1);
    orphans.add(b, 2);
    orphans.add(c, 1);
    expect(orphans.childrenFrom(1, parent).map(({ tx }) => tx)).toEqual([c, a]);
    expect(orphans.childrenFromOthers(1, parent)).toMatchObject([{ tx: b, peer: 2 }]);
  });
});
