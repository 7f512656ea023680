import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteMap } from '../bytes/byte-map.ts';
import {
  ALWAYS_ACTIVE,
  NEVER_ACTIVE,
  NO_TIMEOUT,
  type VersionBitsDeployment,
  type VersionBitsParams,
} from '../params/chain-params.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import {
  computeBlockVersion,
  type DeploymentQuery,
  type DeploymentState,
  deploymentState,
  deploymentStateSince,
  deploymentStatistics,
  signals,
  type VersionBitsAncestors,
} from './version-bits.ts';

const WINDOW = 10;
const THRESHOLD = 9;
const BIT = 5;
const START = 1_000;
const TIMEOUT = 2_000;
const SIGNAL = 0x20000000 | (1 << BIT);
const SILENT = 0x20000000;

interface FakeBlock {
  readonly version: number;
  readonly time: number;
}

/** A chain whose blocks are what the soft fork sees of them: a version, and a median time past. */
class FakeChain implements VersionBitsAncestors {
  readonly blocks: FakeBlock[] = [];
  hashesAsked = 0;

  mine(count: number, time: number, version = SILENT): this {
    for (let i = 0; i < count; i++) this.blocks.push({ time, version });
    return this;
  }

  get height(): number {
    return this.blocks.length - 1;
  }

  readonly blockHashAt = (height: number): BlockHash => {
    this.hashesAsked++;
    return Uint8Array.of(height, height >> 8) as BlockHash;
  };
  readonly medianTimePastAt = (height: number): number => this.#at(height).time;
  readonly versionAt = (height: number): number => this.#at(height).version;

  #at(height: number): FakeBlock {
    const block = this.blocks[height];
    if (block === undefined) throw new RangeError(`asked for ${height} of ${this.blocks.length}`);
    return block;
  }
}

const deployment: VersionBitsDeployment = {
  bit: BIT,
  startTime: START,
  timeout: TIMEOUT,
  minActivationHeight: 0,
};

function query(chain: FakeChain, changes: Partial<VersionBitsDeployment> = {}): DeploymentQuery {
  return {
    deployment: { ...deployment, ...changes },
    params: { window: WINDOW, threshold: THRESHOLD },
    ancestors: chain,
    cache: new ByteMap<DeploymentState>(),
  };
}

/** The state of the next block, and since when. */
function next(chain: FakeChain, changes: Partial<VersionBitsDeployment> = {}): [string, number] {
  const asked = query(chain, changes);
  return [deploymentState(chain.height + 1, asked), deploymentStateSince(chain.height + 1, asked)];
}

describe('BIP9: the states of a deployment', () => {
  it('is defined until the median time past reaches the start, and then at the next window', () => {
    const chain = new FakeChain();
    expect(next(chain)).toEqual(['defined', 0]);
    expect(next(chain.mine(19, START - 1))).toEqual(['defined', 0]);
    expect(next(chain.mine(1, START - 1))).toEqual(['defined', 0]);
    expect(next(chain.mine(9, START))).toEqual(['defined', 0]);
    expect(next(chain.mine(1, START))).toEqual(['started', 30]);
  });

  it('begins with the start time alone, whatever was signalled before', () => {
    const chain = new FakeChain().mine(20, START - 1, SIGNAL).mine(10, START, SIGNAL);
    expect(next(chain)).toEqual(['started', 30]);
  });

  it('locks in where enough blocks of one window signal, and is active a window later', () => {
    const chain = new FakeChain().mine(10, START);
    expect(next(chain)).toEqual(['started', 10]);
    // Eight, and eight of the next window, are not enough.
    chain.mine(2, START).mine(8, START, SIGNAL).mine(8, START, SIGNAL).mine(2, START);
    expect(next(chain)).toEqual(['started', 10]);
    expect(next(chain.mine(9, START, SIGNAL))).toEqual(['started', 10]);
    expect(next(chain.mine(1, START))).toEqual(['locked_in', 40]);
    expect(next(chain.mine(9, TIMEOUT))).toEqual(['locked_in', 40]);
    expect(next(chain.mine(1, TIMEOUT))).toEqual(['active', 50]);
    expect(next(chain.mine(100, TIMEOUT * 2))).toEqual(['active', 50]);
  });

  it('locks in where the threshold is reached in the very window that ends its time', () => {
    const chain = new FakeChain().mine(10, START).mine(10, TIMEOUT, SIGNAL);
    expect(next(chain)).toEqual(['locked_in', 20]);
  });

  it('fails where the time runs out, and for ever', () => {
    const chain = new FakeChain().mine(10, START).mine(10, TIMEOUT);
    expect(next(chain)).toEqual(['failed', 20]);
    expect(next(chain.mine(50, TIMEOUT, SIGNAL))).toEqual(['failed', 20]);
  });

  it('starts before it fails, so that each window has one step', () => {
    const chain = new FakeChain().mine(10, TIMEOUT * 2);
    expect(next(chain)).toEqual(['started', 10]);
    expect(next(chain.mine(10, TIMEOUT * 2))).toEqual(['failed', 20]);
  });

  it('waits, locked in, for the least height of its activation', () => {
    const late = { minActivationHeight: 45 };
    const chain = new FakeChain().mine(10, START).mine(10, START, SIGNAL);
    expect(next(chain, late)).toEqual(['locked_in', 20]);
    expect(next(chain.mine(20, TIMEOUT), late)).toEqual(['locked_in', 20]);
    expect(next(chain.mine(10, TIMEOUT), late)).toEqual(['active', 50]);
    // As Taproot's did, the least height may be where a window begins.
    expect(next(chain, { minActivationHeight: 40 })).toEqual(['active', 40]);
  });

  it('can be active or failed from the first block on', () => {
    const chain = new FakeChain();
    expect(next(chain, { startTime: ALWAYS_ACTIVE })).toEqual(['active', 0]);
    expect(next(chain, { startTime: NEVER_ACTIVE })).toEqual(['failed', 0]);
    chain.mine(25, START);
    expect(next(chain, { startTime: ALWAYS_ACTIVE })).toEqual(['active', 0]);
    expect(next(chain, { startTime: NEVER_ACTIVE })).toEqual(['failed', 0]);
  });

  it('runs out never where there is no timeout', () => {
    const chain = new FakeChain().mine(60, 0xffffffff);
    expect(next(chain, { startTime: 0, timeout: NO_TIMEOUT })).toEqual(['started', 10]);
  });

  it('is the same for all blocks of a window', () => {
    const chain = new FakeChain().mine(10, START).mine(10, START, SIGNAL).mine(20, START);
    const asked = query(chain);
    const states = Array.from({ length: 40 }, (_, height) => deploymentState(height, asked));
    expect(states).toEqual([
      ...Array<string>(10).fill('defined'),
      ...Array<string>(10).fill('started'),
      ...Array<string>(10).fill('locked_in'),
      ...Array<string>(10).fill('active'),
    ]);
  });

  it('answers the same with and without what it remembered, and asks less', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.nat(60)), { maxLength: 120 }),
        fc.nat(80),
        (steps, minActivationHeight) => {
          const chain = new FakeChain();
          const remembered = query(chain, { minActivationHeight });
          let time = START - 200;
          for (const [signal, later] of steps) {
            time += later;
            chain.mine(1, time, signal ? SIGNAL : SILENT);
            const fresh = { ...remembered, cache: new ByteMap<DeploymentState>() };
            const height = chain.height + 1;
            expect(deploymentState(height, remembered)).toBe(deploymentState(height, fresh));
            expect(deploymentStateSince(height, remembered)).toBe(
              deploymentStateSince(height, fresh),
            );
          }
          chain.hashesAsked = 0;
          deploymentState(chain.height + 1, remembered);
          expect(chain.hashesAsked).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('BIP9: signals', () => {
  it('count under the top bits 001 alone', () => {
    expect(signals(SIGNAL, BIT)).toBe(true);
    expect(signals(SILENT, BIT)).toBe(false);
    expect(signals(1 << BIT, BIT)).toBe(false);
    expect(signals(0x40000000 | (1 << BIT), BIT)).toBe(false);
    expect(signals(0x60000000 | (1 << BIT), BIT)).toBe(false);
    // A version is signed, and this one negative.
    expect(signals(0xa0000000 | (1 << BIT) | 0, BIT)).toBe(false);
    expect(signals(0x3fffffff, 28)).toBe(true);
  });

  it('are counted over the window so far', () => {
    const chain = new FakeChain().mine(10, START, SIGNAL).mine(1, START, SIGNAL).mine(2, START);
    expect(deploymentStatistics(chain.height, query(chain))).toEqual({
      period: WINDOW,
      threshold: THRESHOLD,
      elapsed: 3,
      count: 1,
      possible: false,
      signalling: [true, false, false],
    });
    expect(deploymentStatistics(11, query(chain)).possible).toBe(true);
    expect(deploymentStatistics(9, query(chain))).toMatchObject({ elapsed: 10, count: 10 });
  });
});

describe('computeBlockVersion', () => {
  const params: VersionBitsParams = {
    window: WINDOW,
    threshold: THRESHOLD,
    deployments: { testdummy: { ...deployment, bit: 28 }, taproot: { ...deployment, bit: 2 } },
  };
  const versionAfter = (chain: FakeChain): number =>
    computeBlockVersion(chain.height + 1, params, chain, {
      testdummy: new ByteMap<DeploymentState>(),
      taproot: new ByteMap<DeploymentState>(),
    });

  it('sets the bits of what has started or is locked in, and no others', () => {
    const bits = (1 << 28) | (1 << 2);
    const chain = new FakeChain();
    expect(versionAfter(chain)).toBe(0x20000000);
    expect(versionAfter(chain.mine(10, START))).toBe(0x20000000 | bits);
    expect(versionAfter(chain.mine(10, START, 0x20000000 | (1 << 2)))).toBe(0x20000000 | bits);
    expect(versionAfter(chain.mine(10, TIMEOUT))).toBe(0x20000000);
  });
});
