import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { firstHeader, headersOn } from '../../../../test/fixtures/header-chain.ts';
import { mineHeader } from '../../../../test/fixtures/regtest-blocks.ts';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { main } from '../../../protocol/params/main.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../../protocol/primitives/block-header.ts';
import { HeaderTree } from '../../chain/header-tree.ts';
import { BitQueue } from './bit-queue.ts';
import { HeaderPresync, PRESYNC_FIGURES } from './header-presync.ts';
import { HeaderQueue } from './header-queue.ts';

const FIGURES = { commitmentPeriod: 10, bufferSize: 200 };
const WORK_OF_EACH = 2n;
const COUNT = 1000;

let headers: readonly BlockHeader[];

beforeAll(() => {
  ({ headers } = headersOn(firstHeader, COUNT + 500));
});

const entropy = new SeededEntropy('presync');
const { genesis } = new HeaderTree(
  { header: regtest.genesis.header, hash: blockHash(regtest.genesis) },
  entropy,
);

function begin(seed: string, work = WORK_OF_EACH * BigInt(COUNT + 1)): HeaderPresync {
  return new HeaderPresync(genesis, work, {
    params: regtest.consensus,
    clock: new VirtualClock((regtest.genesis.header.time + 5000) * 1000),
    entropy: entropy.fork(seed),
    figures: FIGURES,
  });
}

/** The first pass over headers, in messages of 100. */
function counted(presync: HeaderPresync, row: readonly BlockHeader[] = headers): void {
  for (let at = 0; presync.isCounting; at += 100) {
    const some = row.slice(at, at + 100);
    expect(presync.take(some, true)).toEqual({ isGood: true, wantsMore: true, ready: [] });
  }
}

/** A row that differs from one height on. */
function forked(height: number): readonly BlockHeader[] {
  const same = headers.slice(0, height - 1);
  const end = { header: same.at(-1) ?? firstHeader.header, height: height - 1 };
  return [...same, ...headersOn(end, COUNT - height + 1, 7).headers];
}

describe('HeaderPresync', () => {
  it("has Bitcoin Core 28's figures", () => {
    expect(PRESYNC_FIGURES).toEqual({ commitmentPeriod: 624, bufferSize: 14_827 });
  });

  it('lets headers go in order, in the second pass, when enough lie on top of them', () => {
    const presync = begin('in order');
    counted(presync);
    expect(presync.locator[0]).toEqual(blockHash(firstHeader.header));
    const ready: BlockHeader[] = [];
    for (let at = 0; at < COUNT; at += 100) {
      const result = presync.take(headers.slice(at, at + 100), true);
      expect(result.isGood).toBe(true);
      ready.push(...result.ready);
      const isLast = at + 100 === COUNT;
      expect(ready).toHaveLength(isLast ? COUNT : Math.max(0, at + 100 - FIGURES.bufferSize));
      expect(result.wantsMore).toBe(!isLast);
    }
    expect(ready).toEqual(headers.slice(0, COUNT));
  });

  it('ends when a peer has no more headers, and too little work', () => {
    const presync = begin('too little');
    expect(presync.take(headers.slice(0, 500), true).wantsMore).toBe(true);
    expect(presync.locator[0]).toEqual(blockHash(headers[499] as BlockHeader));
    const end = presync.take(headers.slice(500, 700), false);
    expect(end).toEqual({ isGood: true, wantsMore: false, ready: [] });
  });

  it('ends when a peer that had enough work does not give it again', () => {
    const presync = begin('not again');
    counted(presync);
    const { ready, wantsMore } = presync.take(headers.slice(0, 300), false);
    expect(ready).toHaveLength(100);
    expect(wantsMore).toBe(false);
  });

  it('lets nothing go that fewer than 20 bits vouch for, whatever a peer gives the second time', () => {
    // A bit for each 10 headers, and 200 headers have to lie on top of the first that goes.
    const rows = [1, 50, 300].map((height) => ({ height, row: forked(height) }));
    let released = 0;
    for (let seed = 0; seed < 60; seed++) {
      for (const { height, row } of rows) {
        const presync = begin(`other headers ${seed}`);
        counted(presync);
        for (let at = 0; at < COUNT; at += 100) {
          const { isGood, ready } = presync.take(row.slice(at, at + 100), true);
          const first = ready[0] && row.indexOf(ready[0]);
          if (first !== undefined && ready.length + at > height + FIGURES.bufferSize) released++;
          if (!isGood) break;
        }
      }
    }
    expect(released).toBe(0);
  });

  it('finds other headers out by a key of its own: not always at the same height', () => {
    const row = forked(1);
    const ends = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const presync = begin(`a key ${seed}`);
      counted(presync);
      let height = 0;
      for (const header of row) {
        if (!presync.take([header], true).isGood) break;
        height++;
      }
      expect(height).toBeLessThan(FIGURES.bufferSize);
      ends.add(height);
    }
    expect(ends.size).toBeGreaterThan(5);
  });

  it('refuses headers that do not follow, in both passes', () => {
    const presync = begin('gaps');
    expect(presync.take(headers.slice(1, 5), true).isGood).toBe(false);
    const again = begin('gaps');
    counted(again);
    again.take(headers.slice(0, 50), true);
    expect(again.take(headers.slice(51, 60), true).isGood).toBe(false);
  });

  it('refuses a difficulty that changes more than the rules allow', () => {
    const strict = new HeaderPresync(genesis, 1n << 200n, {
      params: { ...main.consensus, powLimit: regtest.consensus.powLimit },
      clock: new VirtualClock(1_700_000_000_000),
      entropy,
    });
    expect(strict.take(headers.slice(0, 100), true).isGood).toBe(true);
    const harder = mineHeader({
      ...(headers[100] as BlockHeader),
      bits: 0x201fffff,
      nonce: 0,
    });
    expect(strict.take([harder], true).isGood).toBe(false);
  });

  it('keeps no more bits than a chain can have blocks: six a second since it began', () => {
    const start = regtest.genesis.header.time;
    const presync = new HeaderPresync(genesis, 1n << 200n, {
      params: regtest.consensus,
      // In the past, but for the two hours that a header may be ahead: ten seconds, sixty blocks.
      clock: new VirtualClock((start + 10 - 7200) * 1000),
      entropy: entropy.fork('too long'),
      figures: FIGURES,
    });
    let height = 0;
    while (presync.take(headers.slice(height, height + 1), true).isGood) height++;
    expect(height).toBeGreaterThanOrEqual(60);
    expect(height).toBeLessThan(80);
  });

  it('keeps a bit of 624 headers in the first pass, and 48 bytes of 14,827 in the second', () => {
    const presync = new HeaderPresync(genesis, 1n << 200n, {
      params: regtest.consensus,
      clock: new VirtualClock(1_700_000_000_000),
      entropy,
    });
    presync.take(headers, true);
    expect(presync.memoryBytes).toBeLessThan(64 * 48 + 64);
    const queue = new HeaderQueue(blockHash(firstHeader.header));
    for (const header of headers) queue.push(header);
    expect(queue.memoryBytes).toBe(48 * 2048);
  });
});

describe('the queues of HeaderPresync', () => {
  it('give what was put in, in order', () => {
    const step = fc.oneof(fc.boolean(), fc.constant(undefined));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const bits = new BitQueue();
        const row = new HeaderQueue(blockHash(firstHeader.header));
        const model: { bit: boolean; header: BlockHeader }[] = [];
        let next = 0;
        for (const bit of steps) {
          if (bit === undefined) {
            const oldest = model.shift();
            expect(bits.shift()).toBe(oldest?.bit);
            if (oldest !== undefined) expect(row.take()).toEqual(oldest.header);
          } else {
            const header = headers[next++] as BlockHeader;
            bits.push(bit);
            row.push(header);
            model.push({ bit, header });
          }
          expect([bits.size, row.size]).toEqual([model.length, model.length]);
        }
      }),
      { numRuns: 30 },
    );
  });
});
