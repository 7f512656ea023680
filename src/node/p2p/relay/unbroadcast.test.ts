import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { Unbroadcast } from './unbroadcast.ts';

describe('a transaction that nobody has asked for yet', () => {
  it("is taken from the set with Core's line, which tells whether anybody has heard of it", () => {
    const lines: string[] = [];
    const log = Object.assign((_: string, category: string, line: string) => {
      lines.push(`[${category}] ${line}`);
    }, {});
    const set = new Unbroadcast({
      ...{ clock: new VirtualClock(), entropy: new SeededEntropy('unbroadcast') },
      ...{ announce: () => true, log },
    });
    const [one, other] = [1, 2].map((byte) => new Uint8Array(32).fill(byte) as Txid);
    set.add(one as Txid);
    set.add(other as Txid);
    set.remove(one as Txid);
    set.remove(one as Txid);
    set.remove(other as Txid, 'unheard');
    expect(lines).toEqual([
      `[mempool] Removed ${'01'.repeat(32)} from set of unbroadcast txns`,
      `[mempool] Removed ${'02'.repeat(32)} from set of unbroadcast txns before confirmation that txn was sent out`,
    ]);
    expect(set.size).toBe(0);
  });
});
