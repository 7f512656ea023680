import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import { equalBytes } from '../../bytes/compare.ts';
import { fromHex } from '../../bytes/hex.ts';
import { main } from '../../params/main.ts';
import { regtest } from '../../params/regtest.ts';
import { testnet4 } from '../../params/testnet4.ts';
import { blockHash } from '../../primitives/block-hash.ts';
import { type BlockHeader, decodeBlockHeader } from '../../primitives/block-header.ts';
import { meetsTarget, targetFromCompact } from '../../primitives/target.ts';
import type { DifficultyParams, HeaderChain, WorkHeader } from './header-chain.ts';
import { nextBits, permittedDifficultyTransition } from './next-bits.ts';

const DAY = 86_400;
const EASIEST = 0x1d00ffff;

/** A chain of which only some headers matter; asking for any other is an error. */
function chainOf(height: number, headers: Readonly<Record<number, WorkHeader>>): HeaderChain {
  return {
    height,
    headerAt: (at) => {
      const header = headers[at];
      if (header === undefined) throw new Error(`nobody should ask for header ${at}`);
      return header;
    },
  };
}

/** A chain of blocks ten minutes apart, with the given bits. */
function steadyChain(bits: readonly number[]): HeaderChain {
  return {
    height: bits.length - 1,
    headerAt: (at) => ({ bits: bits[at] as number, time: 1_700_000_000 + at * 600 }),
  };
}

/** Testnet3, which is no chain of the project. */
const testnet3: DifficultyParams = {
  powLimit: (1n << 224n) - 1n,
  spacingSeconds: 600,
  retarget: {
    kind: 'bitcoin',
    timespanSeconds: 14 * DAY,
    allowMinDifficultyBlocks: true,
    enforceBip94: false,
    noRetargeting: false,
  },
};

describe('retargets of the main network', () => {
  // Each is the first and the last block of a period: from the chain, but for the time of the fourth.
  const periods = [
    {
      name: 'block 32,256',
      first: [30240, 1261130161],
      last: [32255, 1262152739, 0x1d00ffff],
      next: 0x1d00d86a,
    },
    {
      name: 'no easier than the easiest',
      first: [0, 1231006505],
      last: [2015, 1233061996, 0x1d00ffff],
      next: 0x1d00ffff,
    },
    {
      name: 'four times as hard at most',
      first: [66528, 1279008237],
      last: [68543, 1279297671, 0x1c05a3f4],
      next: 0x1c0168fd,
    },
    {
      name: 'four times as easy at most',
      first: [44352, 1263163443],
      last: [46367, 1269211443, 0x1c387f6f],
      next: 0x1d00e1fd,
    },
  ] as const;

  it.each(periods)('$name', ({ first, last, next }) => {
    const chain = chainOf(last[0], {
      [first[0]]: { time: first[1], bits: last[2] },
      [last[0]]: { time: last[1], bits: last[2] },
    });
    expect(nextBits(main.consensus, chain, last[1] + 600)).toBe(next);
    expect(permittedDifficultyTransition(main.consensus, last[0] + 1, last[2], next)).toBe(true);
  });

  it('are bounded, to the last bit of the mantissa', () => {
    const permitted = (from: number, to: number) =>
      permittedDifficultyTransition(main.consensus, 68544, from, to);
    expect(permitted(0x1c05a3f4, 0x1c0168fd)).toBe(true);
    expect(permitted(0x1c05a3f4, 0x1c0168fc)).toBe(false);
    expect(permitted(0x1c387f6f, 0x1d00e1fd)).toBe(true);
    expect(permitted(0x1c387f6f, 0x1d00e1fe)).toBe(false);
    // Not beyond the easiest target, though four times the old one would be.
    expect(permitted(0x1d00ffff, 0x1d00ffff)).toBe(true);
    expect(permitted(0x1d00ffff, 0x1d010000)).toBe(false);
  });

  it('leave the target alone between two periods', () => {
    const chain = chainOf(32256, { 32256: { time: 1262153464, bits: 0x1d00d86a } });
    expect(nextBits(main.consensus, chain, 2_000_000_000)).toBe(0x1d00d86a);
    expect(permittedDifficultyTransition(main.consensus, 32257, 0x1d00d86a, 0x1d00d86a)).toBe(true);
    expect(permittedDifficultyTransition(main.consensus, 32257, 0x1d00d86a, 0x1d00d86b)).toBe(
      false,
    );
  });

  it('measure 2015 intervals and divide by 2016, the oldest error of all', () => {
    const bits = 0x1b0404cb;
    const periodOf = (seconds: number) =>
      chainOf(4031, { 2016: { time: 1e9, bits }, 4031: { time: 1e9 + seconds, bits } });
    expect(nextBits(main.consensus, periodOf(2016 * 600), 0)).toBe(bits);
    expect(nextBits(main.consensus, periodOf(2015 * 600), 0)).toBe(0x1b040448);
  });

  it('do not mind a period that ends before it began', () => {
    const bits = 0x1b0404cb;
    const backwards = chainOf(2015, { 0: { time: 2e9, bits }, 2015: { time: 1e9, bits } });
    const fast = chainOf(2015, { 0: { time: 1e9, bits }, 2015: { time: 1e9 + 1, bits } });
    expect(nextBits(main.consensus, backwards, 0)).toBe(nextBits(main.consensus, fast, 0));
  });

  it('never leave what permittedDifficultyTransition allows', () => {
    const easy = fc.integer({ min: 0x1b008000, max: EASIEST }).filter((bits) => {
      const { value, negative } = targetFromCompact(bits);
      return !negative && value > 0n && value <= main.consensus.powLimit;
    });
    fc.assert(
      fc.property(easy, fc.integer({ min: -DAY, max: 100 * DAY }), (bits, seconds) => {
        const chain = chainOf(4031, {
          2016: { time: 1e9, bits },
          4031: { time: 1e9 + seconds, bits },
        });
        const next = nextBits(main.consensus, chain, 0);
        expect(permittedDifficultyTransition(main.consensus, 4032, bits, next)).toBe(true);
      }),
    );
  });
});

describe('test networks', () => {
  const bits = [...Array<number>(2016).fill(0x1c0fffff), 0x1c0ffff0, 0x1c0ffff0, EASIEST, EASIEST];
  const chain = steadyChain(bits);
  const last = chain.headerAt(chain.height).time;

  it('may have the easiest target after more than twenty minutes', () => {
    expect(nextBits(testnet3, chain, last + 1201)).toBe(EASIEST);
    expect(nextBits(testnet3, chain, last + 1200)).toBe(0x1c0ffff0);
    expect(nextBits(testnet3, chain, last - 3600)).toBe(0x1c0ffff0);
  });

  it('walk back over easy blocks to the beginning of the period and no further', () => {
    const easyPeriod = steadyChain([
      ...Array<number>(2016).fill(0x1c0fffff),
      ...Array<number>(7).fill(EASIEST),
    ]);
    expect(nextBits(testnet3, easyPeriod, 0)).toBe(EASIEST);
    const fromTheStart = steadyChain(Array<number>(100).fill(EASIEST));
    expect(nextBits(testnet3, fromTheStart, 0)).toBe(EASIEST);
  });

  it('permit any change, since times decide', () => {
    expect(permittedDifficultyTransition(testnet3, 4032, 0x1d00ffff, 0x1b0404cb)).toBe(true);
    expect(permittedDifficultyTransition(testnet3, 4033, 0x1b0404cb, 0x1d00ffff)).toBe(true);
  });

  it('may not have the easiest target for the first block of a period', () => {
    const period = steadyChain(Array<number>(2016).fill(0x1c0fffff));
    // 2015 intervals of ten minutes instead of 2016: a little harder, however late it comes.
    expect(nextBits(testnet3, period, 2e9)).toBe(0x1c0ffdf6);
  });

  it('BIP94: retarget from the first block of a period, which is never an easy one', () => {
    const reset = steadyChain([0x1c0fffff, ...Array<number>(2014).fill(0x1c0fffff), EASIEST]);
    expect(nextBits(testnet4.consensus, reset, 0)).toBe(0x1c0ffdf6);
    // Testnet3 forgot its difficulty that way, again and again.
    expect(nextBits(testnet3, reset, 0)).toBe(0x1d00ffde);
  });

  it('regtest: never retarget', () => {
    const easiest = 0x207fffff;
    const period = steadyChain(Array<number>(144).fill(easiest));
    expect(nextBits(regtest.consensus, period, 0)).toBe(easiest);
    expect(nextBits(regtest.consensus, steadyChain(Array<number>(150).fill(easiest)), 0)).toBe(
      easiest,
    );
    // A chain that began harder would stay so, but for blocks that come late within a period.
    const harder = steadyChain(Array<number>(144).fill(0x1f00ffff));
    expect(nextBits(regtest.consensus, harder, 2e9)).toBe(0x1f00ffff);
    expect(nextBits(regtest.consensus, steadyChain([0x1f00ffff]), 2e9)).toBe(easiest);
  });
});

const vectors = VectorFolder.find();
if (vectors === undefined) console.warn('skipped: no reference vectors, so no headers of testnet3');

describe.skipIf(vectors === undefined)('core/blockheader_testnet3.hex', () => {
  const lines = vectors?.text('core/blockheader_testnet3.hex').trim().split('\n') ?? [];
  const read = (line: string): BlockHeader => decodeBlockHeader(fromHex(line.replace('fork:', '')));
  const headers = lines.filter((line) => !line.startsWith('fork:')).map(read);
  const forks = lines.filter((line) => line.startsWith('fork:')).map(read);
  // The file begins after the first block, whose header is the main network's but for time and nonce.
  const first: BlockHeader = { ...main.genesis.header, time: 1296688602, nonce: 414098458 };
  const chain = [first, ...headers];
  const viewTo = (height: number): HeaderChain => ({
    height,
    headerAt: (at) => chain[at] as BlockHeader,
  });

  it('546 headers each have the bits and the work that the rules ask for', () => {
    expect(headers.length).toBe(546);
    headers.forEach((header, i) => {
      expect(equalBytes(header.previousBlockHash, blockHash(chain[i] as BlockHeader))).toBe(true);
      expect(nextBits(testnet3, viewTo(i), header.time)).toBe(header.bits);
      expect(meetsTarget(blockHash(header), header.bits, testnet3.powLimit)).toBe(true);
    });
  });

  it('two headers fork off the first block and are as valid', () => {
    expect(forks.length).toBe(2);
    const [one, two] = forks as [BlockHeader, BlockHeader];
    expect(equalBytes(one.previousBlockHash, blockHash(first))).toBe(true);
    expect(equalBytes(two.previousBlockHash, blockHash(one))).toBe(true);
    expect(nextBits(testnet3, viewTo(0), one.time)).toBe(one.bits);
    expect(meetsTarget(blockHash(two), two.bits, testnet3.powLimit)).toBe(true);
  });
});
