import { describe, expect, it } from 'vitest';
import { EASIEST_BITS, mineBlock } from '../../../test/fixtures/regtest-blocks.ts';
import type { Retarget } from '../params/chain-params.ts';
import type { BlockHeader } from '../primitives/block-header.ts';
import {
  checkHeaderContext,
  type HeaderContext,
  type HeaderContextParams,
} from './header-context.ts';
import { RuleError } from './rule-error.ts';

const TWO_HOURS = 7200;
const TIMEWARP = 600;
const PARENT_TIME = 1_700_000_000;
const MEDIAN = PARENT_TIME - 3000;
const NOW = PARENT_TIME + 1000;
const INTERVAL = 144;

const bitcoin: Extract<Retarget, { kind: 'bitcoin' }> = {
  kind: 'bitcoin',
  timespanSeconds: INTERVAL * 600,
  allowMinDifficultyBlocks: false,
  enforceBip94: false,
  noRetargeting: true,
};

const params: HeaderContextParams = {
  powLimit: (1n << 255n) - 1n,
  spacingSeconds: 600,
  retarget: bitcoin,
  buried: { bip34: 200, bip66: 300, bip65: 400, csv: 0, segwit: 0 },
};

function contextAt(height: number, changes: Partial<HeaderContext> = {}): HeaderContext {
  const headerAt = () => ({ time: PARENT_TIME, bits: EASIEST_BITS });
  const chain = { height: height - 1, headerAt };
  return { chain, previousMedianTimePast: MEDIAN, now: NOW, ...changes };
}

function check(
  header: Partial<BlockHeader>,
  height = 10,
  changes: Partial<HeaderContext> = {},
  chainParams = params,
): RuleError | 'ok' {
  const full = mineBlock([], { time: NOW, bits: EASIEST_BITS, version: 4, ...header }).header;
  try {
    checkHeaderContext(full, contextAt(height, changes), chainParams);
    return 'ok';
  } catch (error) {
    expect(error).toBeInstanceOf(RuleError);
    return error as RuleError;
  }
}

const reasonOf = (...args: Parameters<typeof check>): string => {
  const result = check(...args);
  return result === 'ok' ? result : result.message;
};

describe('a header in its place', () => {
  it('has the target that the headers before it ask for', () => {
    expect(reasonOf({})).toBe('ok');
    expect(reasonOf({ bits: 0x207ffffe })).toBe('bad-diffbits, incorrect proof of work');
  });

  it('is later than the median time past, if only by a second', () => {
    expect(reasonOf({ time: MEDIAN + 1 })).toBe('ok');
    expect(reasonOf({ time: MEDIAN })).toBe("time-too-old, block's timestamp is too early");
  });

  it('is at most two hours ahead of the clock, and may be offered again', () => {
    expect(reasonOf({ time: NOW + TWO_HOURS })).toBe('ok');
    const early = check({ time: NOW + TWO_HOURS + 1 });
    expect(early).toMatchObject({
      code: 'time-too-new',
      verdict: 'not-yet',
      details: 'block timestamp too far in the future',
    });
  });

  it('does not leave the chain before the last checkpoint', () => {
    expect(reasonOf({}, 10, { lastCheckpoint: 10 })).toBe('ok');
    expect(reasonOf({}, 10, { lastCheckpoint: 11 })).toBe('bad-fork-prior-to-checkpoint');
  });

  it('has a version that the soft forks of its height leave', () => {
    const version = (nVersion: number, height: number) => reasonOf({ version: nVersion }, height);
    const rejected = (hex: string) => `bad-version(${hex}), rejected nVersion=${hex} block`;
    expect([1, 0, -1].map((v) => version(v, 199))).toEqual(['ok', 'ok', 'ok']);
    expect(version(1, 200)).toBe(rejected('0x00000001'));
    expect(version(2, 299)).toBe('ok');
    expect(version(2, 300)).toBe(rejected('0x00000002'));
    expect(version(3, 399)).toBe('ok');
    expect(version(3, 400)).toBe(rejected('0x00000003'));
    expect(version(4, 400)).toBe('ok');
    expect(version(-2, 400)).toBe(rejected('0xfffffffe'));
  });

  it('names the target first, then the past, then the future, then the version', () => {
    const wrong = { bits: 0x207ffffe, time: MEDIAN, version: 1 };
    const far = { previousMedianTimePast: NOW + 2 * TWO_HOURS };
    expect(reasonOf(wrong, 500, { lastCheckpoint: 600 })).toMatch(/^bad-diffbits/);
    const { bits: _, ...late } = wrong;
    expect(reasonOf(late, 500, { lastCheckpoint: 600 })).toMatch(/^bad-fork/);
    expect(reasonOf(late, 500)).toMatch(/^time-too-old/);
    expect(reasonOf({ time: NOW + 2 * TWO_HOURS, version: 1 }, 500, far)).toMatch(/^time-too-old/);
    expect(reasonOf({ time: NOW + 2 * TWO_HOURS, version: 1 }, 500)).toMatch(/^time-too-new/);
  });
});

describe('BIP94: the first block of a difficulty period', () => {
  const enforced: HeaderContextParams = { ...params, retarget: { ...bitcoin, enforceBip94: true } };
  const at = (height: number, time: number, rules = enforced): string =>
    reasonOf({ time }, height, {}, rules);

  it('is at most ten minutes earlier than the block before it', () => {
    expect(at(INTERVAL, PARENT_TIME - TIMEWARP)).toBe('ok');
    expect(at(INTERVAL, PARENT_TIME - TIMEWARP - 1)).toBe(
      "time-timewarp-attack, block's timestamp is too early on diff adjustment block",
    );
  });

  it('is the only one, and only where the chain has the rule', () => {
    expect(at(INTERVAL + 1, PARENT_TIME - TIMEWARP - 1)).toBe('ok');
    expect(at(INTERVAL - 1, PARENT_TIME - TIMEWARP - 1)).toBe('ok');
    expect(at(INTERVAL, PARENT_TIME - TIMEWARP - 1, params)).toBe('ok');
    expect(at(INTERVAL, PARENT_TIME - 1000, { ...params, retarget: { kind: 'none' } })).toBe('ok');
  });
});
