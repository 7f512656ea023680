import { describe, expect, it } from 'vitest';
import { testPool } from '../../test/fixtures/mempool-maker.ts';
import { VirtualClock } from '../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { FeeKeeper } from './fee-keeper.ts';

const HOUR_MS = 3_600_000;

describe('what fee estimates are based on', () => {
  it("is written every hour, and at the end, each time with Core's line", async () => {
    const { chain, mempool: pool } = await testPool();
    const clock = new VirtualClock();
    const [disk, entropy] = [new MemoryDisk(), new SeededEntropy('fees')];
    await disk.makeFolder('/data');
    const lines: string[] = [];
    const log = Object.assign((_: string, category: string, line: string) => {
      lines.push(`[${category}] ${line}`);
    }, {});
    const keeper = new FeeKeeper({ chain, pool, folder: '/data', log, disk, clock, entropy });
    const flushed = '[estimatefee] Flushed fee estimates to fee_estimates.dat.';
    await keeper.start();
    await clock.advance(HOUR_MS - 1);
    expect(lines).toEqual([]);
    await clock.advance(1);
    expect(lines).toEqual([flushed]);
    await clock.advance(HOUR_MS);
    await keeper.stop();
    expect(lines).toEqual([flushed, flushed, flushed]);
    expect((await disk.list('/data')).map(({ name }) => name)).toEqual(['fee_estimates.dat']);
  });
});
