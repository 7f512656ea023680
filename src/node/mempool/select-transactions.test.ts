import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chainOf,
  mustAccept,
  outputOf,
  spendCoins,
  testPool,
} from '../../../test/fixtures/mempool-maker.ts';
import { pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { compareBytes } from '../../protocol/bytes/compare.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import { UNLOCKED } from '../../protocol/consensus/lock-time.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { BlockGenerator } from '../mining/block-generator.ts';
import { InProcessSearch } from '../mining/nonce-search.ts';
import { PoolEntry } from './pool-entry.ts';
import { PoolGraph } from './pool-graph.ts';
import { type BlockSpace, selectTransactions } from './select-transactions.ts';

const ROOMY: BlockSpace = {
  maxWeight: 4_000_000,
  maxSigopCost: 80_000,
  maxCount: 1_000,
  minFeeRate: 0n,
  isFinal: () => true,
};

/** A transaction by the numbers of those before it that it spends from. */
interface Plan {
  readonly parents: readonly number[];
  readonly fee: number;
  readonly vsize: number;
}

const plans: fc.Arbitrary<readonly Plan[]> = fc.array(
  fc.record({
    parents: fc.array(fc.nat(), { maxLength: 3 }),
    fee: fc.nat({ max: 5_000 }),
    vsize: fc.integer({ min: 100, max: 1_000 }),
  }),
  { maxLength: 14, size: 'max' },
);

function graphOf(made: readonly Plan[]): { graph: PoolGraph; entries: readonly PoolEntry[] } {
  const graph = new PoolGraph(3);
  const entries: PoolEntry[] = [];
  for (const { parents, fee, vsize } of made) {
    const number = entries.length;
    const own = { txid: new Uint8Array(32).fill(number + 1) as Txid, vout: number };
    const spent = new Set(parents.map((parent) => parent % Math.max(1, number)));
    // Each output has one spender: the number of the transaction that spends it.
    const prevouts = [...spent].flatMap((parent) => {
      const maker = entries[parent];
      return maker === undefined ? [] : [{ txid: txid(maker.tx), vout: number }];
    });
    const inputs = [own, ...prevouts];
    const outputs = Array.from({ length: 15 }, () => pay(1n));
    const entry = new PoolEntry({
      tx: payment(inputs, outputs),
      fee: BigInt(fee),
      feeDelta: 0n,
      weight: 4 * vsize,
      vsize,
      sigopCost: vsize % 11,
      time: 0,
      height: 0,
      sequence: number,
      usageBytes: 1,
      spends: inputs.map(coinKey),
      locks: UNLOCKED,
      coinbaseHeight: -1,
      coinHeight: 0,
    });
    graph.add(entry);
    entries.push(entry);
  }
  return { graph, entries };
}

/** The same choice, calculated from nothing at every step. */
function chooseSlowly(
  graph: PoolGraph,
  entries: readonly PoolEntry[],
  { maxWeight, minFeeRate, maxCount }: BlockSpace,
): ReadonlySet<PoolEntry> {
  const chosen = new Set<PoolEntry>();
  const failed = new Set<PoolEntry>();
  let weight = 0;
  for (;;) {
    const waiting = entries
      .filter((entry) => !chosen.has(entry) && !failed.has(entry))
      .map((entry) => {
        const members = [entry, ...graph.ancestors(entry)].filter((each) => !chosen.has(each));
        const vsize = members.reduce((sum, each) => sum + each.vsize, 0);
        const fees = Number(members.reduce((sum, each) => sum + each.modifiedFee, 0n));
        const score = Math.min(fees / vsize, Number(entry.modifiedFee) / entry.vsize);
        return { entry, members, vsize, fees, score };
      })
      .sort((a, b) => b.score - a.score || compareBytes(a.entry.txid, b.entry.txid));
    const [best] = waiting;
    if (best === undefined) return chosen;
    if (best.fees < Math.ceil((Number(minFeeRate) * best.vsize) / 1000)) return chosen;
    const isTooMuch = chosen.size + best.members.length > maxCount;
    if (isTooMuch || weight + 4 * best.vsize >= maxWeight) failed.add(best.entry);
    else {
      weight += 4 * best.vsize;
      for (const each of best.members) chosen.add(each);
    }
  }
}

describe('the transactions for a block', () => {
  it('are those that a search from nothing at every step would take', () => {
    const spaces = fc.record({
      maxWeight: fc.integer({ min: 400, max: 30_000 }),
      minFeeRate: fc.constantFrom(0n, 1_000n, 3_000n),
      maxCount: fc.constantFrom(3, 1_000),
    });
    fc.assert(
      fc.property(plans, spaces, (made, limits) => {
        const { graph, entries } = graphOf(made);
        const space = { ...ROOMY, ...limits };
        const chosen = selectTransactions(graph, space);
        const expected = chooseSlowly(graph, entries, space);
        const names = (some: Iterable<PoolEntry>): string[] =>
          [...some].map((entry) => toHex(entry.txid)).sort();
        expect(names(chosen)).toEqual(names(expected));
      }),
      { numRuns: 300 },
    );
  });

  it('come after those that they spend from, and stay within the limits', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 400, max: 30_000 }), (made, maxWeight) => {
        const { graph } = graphOf(made);
        const chosen = selectTransactions(graph, { ...ROOMY, maxWeight });
        const before = new Set<PoolEntry>();
        for (const entry of chosen) {
          for (const parent of entry.parents) expect(before.has(parent as PoolEntry)).toBe(true);
          before.add(entry);
        }
        const weight = chosen.reduce((sum, entry) => sum + entry.weight, 0);
        expect(chosen.length === 0 || weight < maxWeight).toBe(true);
      }),
    );
  });

  it('leave out what is not final, with what depends on it', () => {
    const { graph, entries } = graphOf([
      { parents: [], fee: 1_000, vsize: 100 },
      { parents: [0], fee: 9_000, vsize: 100 },
      { parents: [], fee: 10, vsize: 100 },
    ]);
    const isFinal = (entry: PoolEntry): boolean => entry !== entries[0];
    expect(selectTransactions(graph, { ...ROOMY, isFinal })).toEqual([entries[2]]);
  });

  it('make a block that the chain takes, the parent before the child that pays for it', async () => {
    const pool = await testPool();
    const [parent, child] = chainOf(pool.coin(), 2);
    if (!parent || !child) throw new Error('no chain');
    const rich = spendCoins([outputOf(child)], { fee: 50_000n });
    const plain = spendCoins([pool.coin()], { fee: 2_000n });
    await mustAccept(pool, plain, parent, child, rich);
    const generator = new BlockGenerator({
      chain: pool.chain,
      clock: pool.clock,
      search: new InProcessSearch(pool.clock),
      source: pool.mempool,
    });
    const block = await generator.assemble(Uint8Array.of(0x51));
    const ids = block.transactions.slice(1).map((tx) => toHex(txid(tx)));
    expect(ids).toEqual([parent, child, rich, plain].map((tx) => toHex(txid(tx))));
    await generator.generate(1, Uint8Array.of(0x51));
    expect(pool.mempool.size).toBe(0);
  });
});
