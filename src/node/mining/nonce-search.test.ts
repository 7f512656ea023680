import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { main } from '../../protocol/params/main.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { meetsTarget } from '../../protocol/primitives/target.ts';
import { InProcessSearch } from './nonce-search.ts';

const { header } = main.genesis;
/** About every 4096th hash meets it. */
const BITS = 0x1f0fffff;
const MAX_TARGET = (1n << 256n) - 1n;

const search = new InProcessSearch(new SystemClock());

describe('the search for a nonce', () => {
  it('finds the first one that is any good, and counts those that are not', async () => {
    const easy = { ...header, bits: BITS, nonce: 0 };
    const result = await search.search(easy, { maxTries: 100_000 });
    if (result.kind !== 'found') throw new Error(result.kind);
    expect(result.header).toEqual({ ...easy, nonce: result.tries });
    expect(meetsTarget(blockHash(result.header), BITS, MAX_TARGET)).toBe(true);
    for (let nonce = 0; nonce < result.tries; nonce++) {
      expect(meetsTarget(blockHash({ ...easy, nonce }), BITS, MAX_TARGET)).toBe(false);
    }
    const exactly = await search.search(easy, { maxTries: result.tries });
    expect(exactly).toEqual({ kind: 'gave-up', tries: result.tries });
  });

  it("finds that of Bitcoin's first block", async () => {
    const found = await search.search({ ...header, nonce: 2083236893 - 5 }, { maxTries: 10 });
    expect(found).toEqual({ kind: 'found', header, tries: 5 });
  });

  it('never comes to the last nonce: Core takes it for the end', async () => {
    const late = { ...header, nonce: 0xffffffff - 700 };
    expect(await search.search(late, { maxTries: 1e6 })).toEqual({ kind: 'exhausted', tries: 700 });
    const last = { ...header, nonce: 0xffffffff };
    expect(await search.search(last, { maxTries: 1e6 })).toEqual({ kind: 'exhausted', tries: 0 });
  });

  it('ends when it is told to', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const searching = search.search({ ...header, nonce: 0 }, { maxTries: 1e9, signal });
    await new SystemClock().nextTurn();
    controller.abort();
    expect((await searching).kind).toBe('gave-up');
  });

  it('lets others work meanwhile', async () => {
    const clock = new SystemClock();
    let turns = 0;
    const searching = new InProcessSearch(clock)
      .search({ ...header, nonce: 0 }, { maxTries: 200_000 })
      .then(() => true);
    while (!(await Promise.race([searching, clock.nextTurn()]))) turns++;
    expect(turns).toBeGreaterThan(3);
  });

  it('runs under a virtual clock', async () => {
    const clock = new VirtualClock();
    const easy = { ...header, bits: BITS, nonce: 0 };
    const result = await clock.settle(new InProcessSearch(clock).search(easy, { maxTries: 1e5 }));
    expect(result.kind).toBe('found');
  });
});
