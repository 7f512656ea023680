import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coinbaseTx, mineBlock, pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { toReversedHex } from '../bytes/hex.ts';
import type { Coin } from '../consensus/coin.ts';
import { blockHash } from '../primitives/block-hash.ts';
import type { Txid } from '../primitives/hashes.ts';
import { type BlockStatisticsParams, blockStatistics } from './block-statistics.ts';
import { percentilesByWeight, truncatedMedian } from './percentiles.ts';

const PARAMS: BlockStatisticsParams = {
  bip30Exceptions: [],
  genesisSpendable: false,
  halvingInterval: 150,
  initialSubsidy: 5_000_000_000n,
};

/** An output to OP_TRUE has 8 + 1 + 1 bytes, and 41 more as a coin. */
const SIZE = 10 + 41;

function coin(value: bigint): Coin {
  return { output: pay(value), height: 1, isCoinbase: false };
}

const outPoint = { txid: new Uint8Array(32).fill(7) as Txid, vout: 0 };

describe('the statistics of a block', () => {
  const coinbase = coinbaseTx(7, [pay(50n), pay(0n, Uint8Array.of(0x6a))]);

  it('are zeros where nobody pays, but for what the coinbase makes', () => {
    const block = mineBlock([coinbase]);
    const found = blockStatistics(block, { height: 7, medianTime: 5, undo: [] }, PARAMS);
    expect(found).toMatchObject({
      height: 7,
      medianTime: 5,
      transactions: 1,
      inputs: 0,
      outputs: 2,
    });
    expect(found.fee).toEqual({ min: 0n, average: 0n, median: 0n, max: 0n });
    expect(found.feeRatePercentiles).toEqual([0, 0, 0, 0, 0]);
    expect(found.unspent).toEqual({ count: 2, size: 2 * SIZE });
    expect(found.coins).toEqual({ count: 1, size: SIZE });
  });

  it('count fees by what the coins were worth', () => {
    const one = payment([outPoint], [pay(900n)]);
    const two = payment([outPoint, outPoint], [pay(100n), pay(50n)]);
    const undo = [[coin(1000n)], [coin(1000n), coin(2000n)]];
    const block = mineBlock([coinbase, one, two]);
    const found = blockStatistics(block, { height: 7, medianTime: 5, undo }, PARAMS);
    expect(found.totalFee).toBe(100n + 2850n);
    expect(found.fee).toEqual({ min: 100n, average: 1475n, median: 1475n, max: 2850n });
    // 61 bytes and 112 bytes, without witnesses.
    expect(found.size).toEqual({ min: 61, average: 86, median: 86, max: 112 });
    expect(found.feeRate).toEqual({ min: 1, average: 17, max: 25 });
    expect(found.inputs).toBe(3);
    expect(found.unspent).toEqual({ count: 5 - 3, size: (5 - 3) * SIZE });
    expect(found.coins).toEqual({ count: 4 - 3, size: (4 - 3) * SIZE });
  });

  it("know that the first block's outputs are no coins, unless its chain says so", () => {
    const block = mineBlock([coinbase]);
    const facts = { height: 0, medianTime: 5, undo: [] };
    const none = { count: 0, size: 0 };
    expect(blockStatistics(block, facts, PARAMS).coins).toEqual(none);
    const spendable = { ...PARAMS, genesisSpendable: true };
    expect(blockStatistics(block, facts, spendable).coins).toEqual({ count: 1, size: SIZE });
  });

  it('know that a repeated coinbase makes no more coins (BIP30)', () => {
    const block = mineBlock([coinbase]);
    const facts = { height: 91842, medianTime: 5, undo: [] };
    const position = { height: 91842, blockHash: toReversedHex(blockHash(block)) };
    const none = { count: 0, size: 0 };
    expect(blockStatistics(block, facts, { ...PARAMS, bip30Exceptions: [position] }).coins).toEqual(
      none,
    );
  });
});

describe('percentiles by weight', () => {
  it('are Core’s examples', () => {
    const of = (...pairs: [number, number][]) =>
      percentilesByWeight(pairs.map(([value, weight]) => ({ value, weight })));
    expect(of()).toEqual([0, 0, 0, 0, 0]);
    expect(of([1, 9], [2, 16], [4, 50], [5, 10], [9, 15])).toEqual([2, 2, 4, 4, 9]);
    expect(of([1, 9], [2, 16], [2, 39], [3, 100])).toEqual([2, 2, 3, 3, 3]);
    expect(of([1, 50], [2, 50])).toEqual([1, 1, 1, 2, 2]);
  });

  it('leave so much of the weight at or below them', () => {
    const entry = fc.record({ value: fc.nat(20), weight: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
        const total = entries.reduce((sum, { weight }) => sum + weight, 0);
        percentilesByWeight(entries).forEach((percentile, i) => {
          const share = ([10, 25, 50, 75, 90][i] as number) / 100;
          const upTo = (limit: (value: number) => boolean): number =>
            entries.reduce((sum, { value, weight }) => sum + (limit(value) ? weight : 0), 0);
          expect(upTo((value) => value <= percentile)).toBeGreaterThanOrEqual(share * total - 1e-9);
          expect(upTo((value) => value < percentile)).toBeLessThan(share * total + 1e-9);
        });
      }),
    );
  });
});

describe('the truncated median', () => {
  it('is the value in the middle, or the mean of the two there without its fraction', () => {
    expect(truncatedMedian([])).toBe(0);
    expect(truncatedMedian([10, 9, 100])).toBe(10);
    expect(truncatedMedian([2, 5])).toBe(3);
  });
});
