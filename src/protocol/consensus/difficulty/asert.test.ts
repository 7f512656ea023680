import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lab } from '../../params/lab.ts';
import { compactFromTarget, targetFromCompact } from '../../primitives/target.ts';
import { asertTarget } from './asert.ts';
import type { HeaderChain, WorkHeader } from './header-chain.ts';
import { nextBits, permittedDifficultyTransition } from './next-bits.ts';

const HALF_LIFE = 120;
const SPACING = 10;
const POW_LIMIT = (1n << 236n) - 1n;
const EASIEST = 0x1e0fffff;

/** What a header would say for a chain that is so late. */
const bitsFor = (anchorBits: number, secondsLate: number): number =>
  compactFromTarget(
    asertTarget(targetFromCompact(anchorBits).value, secondsLate, HALF_LIFE, POW_LIMIT),
  );

/** The test points of the folder's README. */
const testPoints = [
  { anchor: 0x1d00ffff, secondsLate: 0, bits: 0x1d00ffff },
  { anchor: 0x1d00ffff, secondsLate: 1, bits: 0x1d01017b },
  { anchor: 0x1d00ffff, secondsLate: -1, bits: 0x1d00fe86 },
  { anchor: 0x1d00ffff, secondsLate: 10, bits: 0x1d010f3e },
  { anchor: 0x1d00ffff, secondsLate: -10, bits: 0x1d00f1a7 },
  { anchor: 0x1d00ffff, secondsLate: 60, bits: 0x1d016a00 },
  { anchor: 0x1d00ffff, secondsLate: -60, bits: 0x1d00b500 },
  { anchor: 0x1d00ffff, secondsLate: 119, bits: 0x1d01fd0c },
  { anchor: 0x1d00ffff, secondsLate: 120, bits: 0x1d01fffe },
  { anchor: 0x1d00ffff, secondsLate: -120, bits: 0x1c7fff80 },
  { anchor: 0x1d00ffff, secondsLate: 1000, bits: 0x1e014285 },
  { anchor: 0x1d00ffff, secondsLate: -1000, bits: 0x1c00cb2f },
  { anchor: 0x1d00ffff, secondsLate: 1439, bits: 0x1e0fe860 },
  { anchor: 0x1d00ffff, secondsLate: 1440, bits: 0x1e0ffff0 },
  { anchor: 0x1d00ffff, secondsLate: 1441, bits: 0x1e0fffff },
  { anchor: 0x1d00ffff, secondsLate: 4_000_000_000, bits: 0x1e0fffff },
  { anchor: 0x1d00ffff, secondsLate: -26_639, bits: 0x01040000 },
  { anchor: 0x1d00ffff, secondsLate: -26_640, bits: 0x01030000 },
  { anchor: 0x1d00ffff, secondsLate: -26_760, bits: 0x01010000 },
  { anchor: 0x1d00ffff, secondsLate: -4_000_000_000, bits: 0x01010000 },
  { anchor: 0x1e0fffff, secondsLate: 0, bits: 0x1e0fffff },
  { anchor: 0x1e0fffff, secondsLate: 10, bits: 0x1e0fffff },
  { anchor: 0x1e0fffff, secondsLate: -10, bits: 0x1e0f1a7f },
  { anchor: 0x1e0fffff, secondsLate: -120, bits: 0x1e07ffff },
  { anchor: 0x1e0fffff, secondsLate: -600, bits: 0x1d7ffff8 },
];

/** A fraction, which never rounds. */
interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const floor = ({ numerator, denominator }: Rational): bigint => {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
};

/** The rule once more, as its definition reads, in exact fractions. */
function targetByDefinition(anchorTarget: bigint, secondsLate: number): bigint {
  // Towards zero.
  const exponent = (BigInt(secondsLate) * 65_536n) / BigInt(HALF_LIFE);
  const doublings = floor({ numerator: exponent, denominator: 65_536n });
  const x = exponent - doublings * 65_536n;
  const polynomial = 195_766_423_245_049n * x + 971_821_376n * x ** 2n + 5_127n * x ** 3n;
  const factor =
    65_536n + floor({ numerator: 2n * polynomial + 2n ** 48n, denominator: 2n ** 49n });
  const scaled: Rational =
    doublings >= 0n
      ? { numerator: anchorTarget * factor * 2n ** doublings, denominator: 65_536n }
      : { numerator: anchorTarget * factor, denominator: 65_536n * 2n ** -doublings };
  const target = floor(scaled);
  return target < 1n ? 1n : target > POW_LIMIT ? POW_LIMIT : target;
}

describe('ASERT in integers', () => {
  it.each(testPoints)('from $anchor, $secondsLate s late', ({ anchor, secondsLate, bits }) => {
    expect(bitsFor(anchor, secondsLate).toString(16)).toBe(bits.toString(16));
  });

  it('is what its definition says, for any target and any time', () => {
    fc.assert(
      fc.property(
        fc.bigInt(1n, POW_LIMIT),
        fc.integer({ min: -30_000, max: 30_000 }),
        (anchor, secondsLate) => {
          expect(asertTarget(anchor, secondsLate, HALF_LIFE, POW_LIMIT)).toBe(
            targetByDefinition(anchor, secondsLate),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('doubles exactly for every half-life', () => {
    const anchor = 0x123456789abcdefn << 100n;
    for (let n = -100; n <= 70; n++) {
      const doubled = n < 0 ? anchor >> BigInt(-n) : anchor << BigInt(n);
      expect(asertTarget(anchor, n * HALF_LIFE, HALF_LIFE, POW_LIMIT)).toBe(doubled);
    }
  });

  it('errs by less than 0.012 %, for all 65,536 fractions of a half-life', () => {
    const precision = 200n;
    const one = 1n << precision;
    // 2^(1/2), 2^(1/4), … 2^(1/65536): each the square root of the one before.
    const roots: bigint[] = [];
    for (let i = 0, value = 2n << precision; i < 16; i++) {
      value = squareRoot(value << precision);
      roots.push(value);
    }
    let worst = 0n;
    for (let x = 0; x < 65_536; x++) {
      let exact = one;
      roots.forEach((root, i) => {
        if ((x & (0x8000 >> i)) !== 0) exact = (exact * root) >> precision;
      });
      // With a half-life of 65,536 s, seconds are fractions.
      const approximate = asertTarget(one, x, 65_536, (1n << 256n) - 1n);
      const error = approximate > exact ? approximate - exact : exact - approximate;
      if (error * one > worst * exact) worst = (error * one) / exact;
    }
    const percent = Number((worst * 10_000_000n) / one) / 100_000;
    expect(percent).toBeLessThan(0.012);
    expect(percent).toBeGreaterThan(0.0115);
  });

  it('never goes down when a chain gets later', () => {
    const anchor = 0x7fffffn << 190n;
    for (let late = -300; late < 300; late++) {
      const sooner = asertTarget(anchor, late, HALF_LIFE, POW_LIMIT);
      expect(asertTarget(anchor, late + 1, HALF_LIFE, POW_LIMIT) > sooner).toBe(true);
    }
  });

  it('stays between 1 and the easiest target, however far a clock is off', () => {
    const times = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
    const halfLives = fc.integer({ min: 12, max: 12 * 1_209_600 });
    fc.assert(
      fc.property(fc.bigInt(1n, POW_LIMIT), times, halfLives, (anchor, late, halfLife) => {
        const target = asertTarget(anchor, late, halfLife, POW_LIMIT);
        expect(target >= 1n && target <= POW_LIMIT).toBe(true);
        if (late > 256 * halfLife) expect(target).toBe(POW_LIMIT);
        if (late < -256 * halfLife) expect(target).toBe(1n);
      }),
    );
  });
});

describe("the lab's difficulty", () => {
  const START = 1_800_000_000;
  /** Only the first mined block and the last one may be asked for. */
  const chainAt = (height: number, time: number): HeaderChain => ({
    height,
    headerAt: (at): WorkHeader => {
      if (at === 1) return { time: START, bits: EASIEST };
      if (at === height) return { time, bits: 0 };
      throw new Error(`nobody should ask for header ${at}`);
    },
  });

  it('has the half-life and spacing that the test points are for', () => {
    expect(lab.consensus.spacingSeconds).toBe(SPACING);
    expect(lab.consensus.retarget).toEqual({ kind: 'asert', halfLifeSeconds: HALF_LIFE });
    expect(lab.consensus.powLimit).toBe(POW_LIMIT);
  });

  it('begins with the easiest target, however long ago the first block was made', () => {
    const { header } = lab.genesis;
    const chain: HeaderChain = { height: 0, headerAt: () => header };
    expect(nextBits(lab.consensus, chain, header.time + 1e9)).toBe(EASIEST);
    expect(nextBits(lab.consensus, chainAt(1, START), START + 10)).toBe(EASIEST);
  });

  it('is that of the anchor for a chain on schedule, and follows it by the half-life', () => {
    const at = (height: number, late: number): number =>
      nextBits(lab.consensus, chainAt(height, START + SPACING * (height - 1) + late), 0);
    for (const height of [2, 100, 1_000_000]) {
      expect(at(height, 0)).toBe(EASIEST);
      expect(at(height, -10)).toBe(0x1e0f1a7f);
      expect(at(height, -120)).toBe(0x1e07ffff);
      expect(at(height, 5_000)).toBe(EASIEST);
    }
  });

  it('forgets a wrong time with the next block', () => {
    const height = 500;
    const onTime = START + SPACING * (height - 1) - 600;
    const honest = nextBits(lab.consensus, chainAt(height, onTime), 0);
    expect(honest).toBe(0x1d7ffff8);
    // Two hours ahead: easy for one block …
    expect(nextBits(lab.consensus, chainAt(height, onTime + 7200), 0)).toBe(EASIEST);
    // … and the one after it is where it would have been.
    const after = nextBits(lab.consensus, chainAt(height + 1, onTime + SPACING), 0);
    expect(after).toBe(honest);
  });

  it('settles where the miners are: a hundred times as many, and none but one again', () => {
    // Expected times instead of random ones: a block takes as long as its work at this rate.
    const headers: WorkHeader[] = [lab.genesis.header];
    let clock = START;
    const mine = (blocks: number, hashesPerSecond: number): number => {
      const from = clock;
      for (let i = 0; i < blocks; i++) {
        const bits = nextBits(
          lab.consensus,
          { height: headers.length - 1, headerAt: (at) => headers[at] as WorkHeader },
          0,
        );
        const work = Number((1n << 256n) / (targetFromCompact(bits).value + 1n));
        clock += work / hashesPerSecond;
        headers.push({ time: Math.round(clock), bits });
      }
      return (clock - from) / blocks;
    };
    mine(200, 500_000);
    expect(mine(50, 500_000)).toBeCloseTo(10, 0);
    mine(150, 50_000_000);
    expect(mine(50, 50_000_000)).toBeCloseTo(10, 0);
    mine(150, 500_000);
    expect(mine(50, 500_000)).toBeCloseTo(10, 0);
  });

  it('permits any target of the chain before the times are known', () => {
    const permitted = (bits: number) =>
      permittedDifficultyTransition(lab.consensus, 7, EASIEST, bits);
    expect([EASIEST, 0x1d00ffff, 0x01010000].every(permitted)).toBe(true);
    expect([0x1e100000, 0x1e8fffff, 0xff123456, 0].some(permitted)).toBe(false);
  });

  it('takes a few microseconds a header', () => {
    const height = 100_000;
    const chain = chainAt(height, START + SPACING * height - 777);
    const rounds = 20_000;
    for (let i = 0; i < rounds; i++) nextBits(lab.consensus, chain, 0);
    const start = process.hrtime.bigint();
    for (let i = 0; i < rounds; i++) nextBits(lab.consensus, chain, 0);
    const microseconds = Number(process.hrtime.bigint() - start) / 1000 / rounds;
    // Measured: 0.3. The rest is for machines that are slow or busy.
    expect(microseconds).toBeLessThan(50);
  });
});

describe('a chain that never changes its difficulty', () => {
  const params = { ...lab.consensus, retarget: { kind: 'none' } } as const;

  it('hands the bits on', () => {
    const chain: HeaderChain = { height: 3, headerAt: () => ({ time: 1, bits: 0x1e0abcde }) };
    expect(nextBits(params, chain, 2e9)).toBe(0x1e0abcde);
    expect(permittedDifficultyTransition(params, 4, 0x1e0abcde, 0x1e0abcde)).toBe(true);
    expect(permittedDifficultyTransition(params, 2016, 0x1e0abcde, 0x1e0abcdf)).toBe(false);
  });
});

/** The square root, rounded down (Newton). */
function squareRoot(value: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
