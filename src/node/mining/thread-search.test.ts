import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCode, buildCode } from '../../../test/fixtures/built-code.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { LocalThreads } from '../../outside/threads/local-threads.ts';
import { SystemThreads } from '../../outside/threads/system-threads.ts';
import type { Threads } from '../../outside/threads/threads.ts';
import { main } from '../../protocol/params/main.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { meetsTarget } from '../../protocol/primitives/target.ts';
import { InProcessSearch } from './nonce-search.ts';
import { ThreadSearch } from './thread-search.ts';

const { header } = main.genesis;
const GENESIS_NONCE = 2083236893;
/** About every 4096th hash meets it, and about every 65,536th. */
const EASY_BITS = 0x1f0fffff;
const BITS = 0x1f00ffff;
/** No hash that anybody will see does. */
const HOPELESS_BITS = 0x10000001;
const LAST_NONCE = 0xffffffff;

let built: BuiltCode;
const clock = new SystemClock();
const searches: ThreadSearch[] = [];

beforeAll(async () => {
  built = await buildCode();
});
afterAll(async () => {
  await Promise.all(searches.map((search) => search.close()));
  await built.remove();
});

function searchOn(outside: Threads, threads = 2): ThreadSearch {
  const search = new ThreadSearch(outside, { threads, clock });
  searches.push(search);
  return search;
}

const doors: readonly [string, () => Threads][] = [
  ['threads that are none', () => new LocalThreads(clock)],
  ['threads of the machine', () => new SystemThreads({ locate: built.locate })],
];

describe.each(doors)('the search for a nonce on %s', (_name, makeDoor) => {
  it('finds the lowest one, like the search in process, and counts as that does', async () => {
    const search = searchOn(makeDoor(), 3);
    const inProcess = new InProcessSearch(clock);
    for (const [time, bits] of [
      [1, BITS],
      [2, BITS],
      [3, BITS],
      [4, EASY_BITS],
      [5, 0x207fffff],
    ] as const) {
      const from = { ...header, time, bits, nonce: time * 1000 };
      const limits = { maxTries: 1_000_000 };
      const expected = await inProcess.search(from, limits);
      expect(expected.kind).toBe('found');
      expect(await search.search(from, limits)).toEqual(expected);
      const tooFew = { maxTries: expected.tries };
      expect(await search.search(from, tooFew)).toEqual({ kind: 'gave-up', tries: expected.tries });
    }
  });

  it('finds some nonce, where any will do', async () => {
    const from = { ...header, bits: BITS, nonce: 77 };
    const result = await searchOn(makeDoor()).search(from, { maxTries: 1e9, wanted: 'any' });
    if (result.kind !== 'found') throw new Error(result.kind);
    expect(meetsTarget(blockHash(result.header), BITS, 2n ** 256n)).toBe(true);
    expect(result.header).toEqual({ ...from, nonce: result.header.nonce });
  });

  it("finds that of Bitcoin's first block from 5,000 before it on", async () => {
    const from = { ...header, nonce: GENESIS_NONCE - 5000 };
    const result = await searchOn(makeDoor()).search(from, { maxTries: 100_000 });
    expect(result).toEqual({ kind: 'found', header, tries: 5000 });
  });

  it('never comes to the last nonce', async () => {
    const search = searchOn(makeDoor());
    for (const tries of [300_000, 2048, 100, 0]) {
      const late = { ...header, bits: HOPELESS_BITS, nonce: LAST_NONCE - tries };
      expect(await search.search(late, { maxTries: 1e12 })).toEqual({ kind: 'exhausted', tries });
    }
  });

  it('takes turns where there are several at once', async () => {
    const search = searchOn(makeDoor());
    const controller = new AbortController();
    const hopeless = { ...header, bits: HOPELESS_BITS, nonce: 0 };
    const { signal } = controller;
    const long = search.search(hopeless, { maxTries: Number.POSITIVE_INFINITY, signal });
    const from = { ...header, bits: BITS, nonce: 0 };
    const [one, two] = await Promise.all([
      search.search(from, { maxTries: 1e7 }),
      search.search({ ...from, time: 9 }, { maxTries: 1e7 }),
    ]);
    expect([one.kind, two.kind]).toEqual(['found', 'found']);
    controller.abort();
    const ended = await long;
    expect(ended.kind).toBe('gave-up');
    expect(ended.tries).toBeGreaterThan(2048);
  });

  it('ends within 50 ms when it is told to, and is ready for the next', async () => {
    const search = searchOn(makeDoor());
    const hopeless = { ...header, bits: HOPELESS_BITS, nonce: 0 };
    const aborted = await search.search(hopeless, { maxTries: 1e9, signal: AbortSignal.abort() });
    expect(aborted.kind).toBe('gave-up');
    const waits: number[] = [];
    for (let round = 0; round < 5; round++) {
      const controller = new AbortController();
      const limits = { maxTries: 1e12, signal: controller.signal };
      const searching = search.search({ ...hopeless, time: round }, limits);
      await new Promise<void>((resolve) => clock.schedule(60, resolve));
      const start = clock.monotonic();
      controller.abort();
      expect((await searching).kind).toBe('gave-up');
      waits.push(clock.monotonic() - start);
    }
    expect(Math.min(...waits)).toBeLessThan(50);
    const next = await search.search({ ...header, bits: BITS, nonce: 0 }, { maxTries: 1e7 });
    expect(next.kind).toBe('found');
  });

  it('fails when it is closed', async () => {
    const search = searchOn(makeDoor());
    const hopeless = { ...header, bits: HOPELESS_BITS, nonce: 0 };
    const searching = search.search(hopeless, { maxTries: 1e12 });
    const failed = expect(searching).rejects.toMatchObject({ name: 'SearchError', code: 'closed' });
    await clock.nextTurn();
    await search.close();
    await failed;
    await expect(search.search(hopeless, { maxTries: 1 })).rejects.toMatchObject({
      code: 'closed',
    });
  });
});

describe('the search on threads', () => {
  it('fails with the words of a thread that fails', async () => {
    const nowhere = new SystemThreads({
      locate: () => new URL('file:///there-is-no-such-file.js'),
    });
    const search = searchOn(nowhere);
    const hopeless = { ...header, bits: HOPELESS_BITS, nonce: 0 };
    await expect(search.search(hopeless, { maxTries: 1e6 })).rejects.toMatchObject({
      code: 'broken',
      message: expect.stringMatching(/^a thread to search for nonces cannot be started/),
    });
  });

  it('starts none where a few hashes are enough, or WebAssembly has no vectors', async () => {
    const none: Threads = {
      cores: 1,
      start: () => {
        throw new Error('a thread was started');
      },
    };
    const regtest = { ...header, bits: 0x207fffff, nonce: 0 };
    expect((await searchOn(none).search(regtest, { maxTries: 1e6 })).kind).toBe('found');
    const plain = new ThreadSearch(none, { threads: 2, clock, hasVectors: false });
    const easy = { ...header, bits: EASY_BITS, time: 5, nonce: 0 };
    expect((await plain.search(easy, { maxTries: 1e6 })).kind).toBe('found');
  });

  it('refuses to have no threads', () => {
    expect(() => searchOn(new LocalThreads(clock), 0)).toThrow(RangeError);
  });

  it('runs under a virtual clock', async () => {
    const virtual = new VirtualClock();
    const search = new ThreadSearch(new LocalThreads(virtual), { threads: 2, clock: virtual });
    const from = { ...header, bits: BITS, nonce: 0 };
    const result = await virtual.settle(search.search(from, { maxTries: 1e7 }));
    expect(result.kind).toBe('found');
  });
});
