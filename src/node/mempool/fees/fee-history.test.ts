import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../protocol/bytes/compare.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { encodeFeeHistory, restoreFeeHistory } from './fee-estimates-file.ts';
import { FeeHistory } from './fee-history.ts';

const VSIZE = 200;
const BASE_FEE = 2_000n;
const BASE_RATE = 10_000;
const TOLERANCE = 500;
const NOW = 1_800_000_000;

/** A pool in which ten fees wait, each for blocks that take it so many times out of ten. */
class Market {
  readonly history = new FeeHistory(1);
  readonly waiting: Txid[][] = Array.from({ length: 10 }, () => []);
  height = 0;
  #count = 0;

  /** Five transactions of each of ten fees, from 1 to 10 times the base. */
  offer(): void {
    for (let level = 0; level < 10; level++) {
      for (let i = 0; i < 5; i++) this.add(level, BASE_FEE * BigInt(level + 1));
    }
  }

  add(level: number, fee: bigint): Txid {
    const txid = new Uint8Array(32) as Txid;
    new DataView(txid.buffer).setUint32(0, ++this.#count);
    this.history.add({ txid, fee, vsize: VSIZE, height: this.height });
    this.waiting[level]?.push(txid);
    return txid;
  }

  /** A block with all that wait of the dearest fees, so many of them. */
  mine(levels: number): void {
    const txids = this.waiting.splice(10 - levels, levels, ...emptyLevels(levels)).flat();
    this.history.connectBlock(++this.height, txids);
  }

  /** The oldest estimate of Core: 95 % over the medium horizon. */
  rate(target: number): number {
    return Number(this.history.estimateRaw(target, 0.95, 'medium')?.feeRate ?? 0n);
  }
}

function emptyLevels(count: number): Txid[][] {
  return Array.from({ length: count }, () => []);
}

/** The dearest fee gets into every block, the next into nine of ten, the cheapest into one of ten. */
function busyMarket(blocks: number): Market {
  const market = new Market();
  for (let i = 0; i < blocks; i++) {
    market.offer();
    market.mine((i % 10) + 1);
  }
  return market;
}

describe('a history of blocks that take the dearest fees more often', () => {
  const market = busyMarket(200);

  it('asks the less the longer one can wait, at the rates that were taken that often', () => {
    for (let target = 2; target < 10; target++) {
      expect(market.rate(target)).toBeLessThanOrEqual(market.rate(target - 1) || Infinity);
      if (target % 2 > 0) continue;
      // Within an even number of blocks, 95 % of those went in that pay at least this.
      const expected = (11 - target) * BASE_RATE;
      expect(Math.abs(market.rate(target) - expected)).toBeLessThan(TOLERANCE);
    }
  });

  it('has the ranges behind an answer, as estimaterawfee shows them', () => {
    const raw = market.history.estimateRaw(4, 0.85, 'short');
    expect(raw).toMatchObject({ decay: 0.962, scale: 1 });
    expect(raw?.pass?.start).toBeLessThan(Number(raw?.feeRate));
    expect(raw?.pass?.end).toBeGreaterThanOrEqual(Number(raw?.feeRate));
    expect(raw?.pass?.withinTarget).toBeGreaterThan(0.85 * (raw?.pass?.totalConfirmed ?? 0));
    expect(raw?.fail?.end).toBeLessThan(raw?.pass?.end ?? 0);
  });

  it('answers a smart question with the dearest of its three thresholds', () => {
    // 60 % of 6 times the base get in at once, 85 % of 8 times within two, 95 % of 7 times within four.
    const { feeRate, blocks, reason } = market.history.estimateSmart(2, 'economical');
    expect({ blocks, reason }).toEqual({ blocks: 2, reason: 'full' });
    expect(Math.abs(Number(feeRate) - 8 * BASE_RATE)).toBeLessThan(TOLERANCE);
    const conservative = market.history.estimateSmart(2, 'conservative');
    expect(conservative.feeRate).toBeGreaterThanOrEqual(feeRate as bigint);
  });

  it('promises nothing for the next block, and no more blocks than half of what it has seen', () => {
    expect(market.history.estimateSmart(1, 'economical').blocks).toBe(2);
    expect(market.history.estimateSmart(1_008, 'economical').blocks).toBe(99);
    for (const target of [0, -1, 1_009]) {
      expect(market.history.estimateSmart(target, 'economical').feeRate).toBeUndefined();
    }
  });

  it('does not know targets beyond 12, 48 and 1,008 blocks', () => {
    const { history } = market;
    expect((['short', 'medium', 'long'] as const).map((h) => history.highestTarget(h))).toEqual([
      12, 48, 1_008,
    ]);
    expect(history.estimateRaw(13, 0.95, 'short')).toBeUndefined();
    expect(history.estimateRaw(0, 0.95, 'short')).toBeUndefined();
    expect(history.estimateRaw(12, 1.01, 'short')).toBeUndefined();
  });
});

describe('a history, as time goes on', () => {
  it('answers the same after empty blocks', () => {
    const market = busyMarket(200);
    // Nothing may be left waiting: that would count against its fee.
    market.mine(10);
    const before = [2, 4, 6].map((target) => market.rate(target));
    for (let i = 0; i < 50; i++) market.mine(0);
    [2, 4, 6].forEach((target, i) => {
      expect(Math.abs(market.rate(target) - (before[i] as number))).toBeLessThan(TOLERANCE);
    });
  });

  it('asks more when transactions wait in vain, and knows no answer when all of them do', () => {
    const market = busyMarket(200);
    const before = market.rate(4);
    for (let i = 0; i < 15; i++) {
      market.offer();
      market.mine(1);
    }
    expect(market.rate(4)).toBeGreaterThan(before + BASE_RATE);
    for (let i = 0; i < 15; i++) {
      market.offer();
      market.mine(0);
    }
    expect(market.rate(4)).toBe(0);
  });

  it('asks less once everything gets in at once', () => {
    const market = busyMarket(200);
    market.mine(10);
    for (let i = 0; i < 150; i++) {
      market.offer();
      market.mine(10);
    }
    for (const target of [2, 4, 6]) {
      const { feeRate } = market.history.estimateSmart(target, 'economical');
      expect(Number(feeRate)).toBeLessThan(BASE_RATE + TOLERANCE);
    }
    // The medium horizon remembers the dear times for longer.
    expect(market.rate(4)).toBeGreaterThan(BASE_RATE + TOLERANCE);
  });

  it('counts what leaves unconfirmed as a failure, for every target that it waited for', () => {
    const market = busyMarket(60);
    const lost = Array.from({ length: 100 }, () => market.add(0, BASE_FEE * 5n));
    for (let i = 0; i < 6; i++) market.mine(0);
    for (const txid of lost) market.history.remove(txid);
    const fail = market.history.estimateRaw(4, 0.85, 'short')?.fail;
    expect(fail?.leftMempool).toBeGreaterThan(90);
  });
});

describe('what a history does not count', () => {
  it('transactions that were seen from another tip than its own', () => {
    const history = new FeeHistory(1);
    history.connectBlock(5, []);
    const txid = new Uint8Array(32) as Txid;
    history.add({ txid, fee: 1_000n, vsize: 100, height: 4 });
    expect(history.trackedCount).toBe(0);
    history.add({ txid, fee: 1_000n, vsize: 100, height: 5 });
    history.add({ txid, fee: 9_000n, vsize: 100, height: 5 });
    expect(history.trackedCount).toBe(1);
  });

  it('blocks that replace others', () => {
    const history = new FeeHistory(1);
    const txid = new Uint8Array(32) as Txid;
    history.connectBlock(5, []);
    history.add({ txid, fee: 1_000n, vsize: 100, height: 5 });
    history.connectBlock(5, [txid]);
    expect([history.bestHeight, history.trackedCount]).toEqual([5, 1]);
    history.connectBlock(6, [txid]);
    expect([history.bestHeight, history.trackedCount]).toEqual([6, 0]);
  });
});

describe('a history on the disk', () => {
  it('gives the same answers when it is read again', () => {
    const { history } = busyMarket(120);
    history.flushWaiting();
    const file = encodeFeeHistory(history, NOW);
    const again = new FeeHistory(2);
    restoreFeeHistory(again, file, NOW + 3600);
    for (const target of [2, 3, 6, 12, 30]) {
      for (const mode of ['economical', 'conservative'] as const) {
        expect(again.estimateSmart(target, mode)).toEqual(history.estimateSmart(target, mode));
      }
    }
    expect(equalBytes(encodeFeeHistory(again, NOW), file)).toBe(true);
  });

  it('begins as Core 28 writes it: versions, heights, classes of fee rates', () => {
    const { history } = busyMarket(20);
    const file = new DataView(encodeFeeHistory(history, NOW).slice().buffer);
    const words = [0, 4, 8, 12, 16].map((at) => file.getUint32(at, true));
    expect(words).toEqual([149_900, 149_900, 20, 1, 20]);
    expect(file.getUint8(20)).toBe(190);
    expect(file.getFloat64(21, true)).toBe(1_000);
    expect(file.getFloat64(21 + 190 * 8, true)).toBe(0.9952);
    expect(file.getUint32(21 + 190 * 8 + 8, true)).toBe(2);
  });

  it('is refused when it is older than 60 hours, damaged, or of another kind', () => {
    const file = encodeFeeHistory(busyMarket(20).history, NOW);
    const read =
      (bytes: Uint8Array, now = NOW) =>
      () =>
        restoreFeeHistory(new FeeHistory(1), bytes, now);
    expect(read(file, NOW + 60 * 3600)).not.toThrow();
    expect(read(file, NOW + 61 * 3600)).toThrow('it is 61 hours old');
    expect(read(file.slice(0, 50_000))).toThrow('end of data');
    expect(read(file.with(0, 1))).toThrow('its version is');
    expect(read(file.with(30, 1))).toThrow('classes of fee rates');
    expect(read(file.with(14, 1))).toThrow('it covers heights');
    expect(read(file.with(21 + 190 * 8, 1))).toThrow('its decay is');
  });

  it('is not changed by a file that is refused at its end', () => {
    const file = encodeFeeHistory(busyMarket(60).history, NOW);
    const history = new FeeHistory(1);
    expect(() => restoreFeeHistory(history, file.slice(0, -9), NOW)).toThrow();
    expect(history.bestHeight).toBe(0);
    expect(history.stats.short.history(50)).toBeUndefined();
  });
});
