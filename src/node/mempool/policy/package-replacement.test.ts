import { describe, expect, it } from 'vitest';
import {
  mustAccept,
  outputOf,
  spendCoins,
  testPool,
} from '../../../../test/fixtures/mempool-maker.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Txid, Wtxid } from '../../../protocol/primitives/hashes.ts';
import type { MempoolEntry } from '../mempool-entry.ts';
import { checkPackageReplacement, type PackageReplacement } from './package-replacement.ts';
import { PolicyError } from './policy-error.ts';

const id = (number: number) => new Uint8Array(32).fill(number) as Txid;
const shown = (number: number) => toReversedHex(id(number));

type Entry = { -readonly [K in keyof MempoolEntry]: MempoolEntry[K] } & {
  readonly parents: Set<MempoolEntry>;
  readonly children: Set<MempoolEntry>;
};

function entry(number: number, fee: bigint, vsize: number): Entry {
  return {
    tx: { version: 2, inputs: [], outputs: [], lockTime: 0 },
    txid: id(number),
    wtxid: id(number) as Uint8Array as Wtxid,
    fee,
    modifiedFee: fee,
    weight: 4 * vsize,
    vsize,
    sigopCost: 0,
    time: 0,
    height: 0,
    spendsCoinbase: false,
    sequence: 0,
    usageBytes: 0,
    parents: new Set(),
    children: new Set(),
    ancestorCount: 1,
    ancestorVsize: vsize,
    ancestorFees: fee,
    ancestorSigopCost: 0,
    descendantCount: 1,
    descendantVsize: vsize,
    descendantFees: fee,
  };
}

function marry(parent: Entry, child: Entry): void {
  parent.children.add(child);
  child.parents.add(parent);
  child.ancestorCount++;
  child.ancestorFees += parent.modifiedFee;
  child.ancestorVsize += parent.vsize;
  parent.descendantCount++;
}

/** A parent that pays nothing, and a child that pays for both. */
const PARENT = { txid: id(1), modifiedFee: 0n, vsize: 100, poolAncestors: 0 };
const CHILD = { txid: id(2), modifiedFee: 4_000n, vsize: 100, poolAncestors: 0 };

function refusal(direct: readonly MempoolEntry[], changes: Partial<PackageReplacement> = {}) {
  try {
    checkPackageReplacement({
      members: [PARENT, CHILD],
      isChildWithParents: true,
      direct,
      all: () => direct,
      incrementalFeeRate: 1_000n,
      ...changes,
    });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    return (error as PolicyError).message;
  }
}

describe('replacement by a package', () => {
  it('takes the place of one that pays less', () => {
    expect(refusal([entry(5, 2_000n, 200)])).toBeUndefined();
  });

  it('package must be 1-parent-1-child', () => {
    const direct = [entry(5, 100n, 200)];
    const problem = 'package RBF failed: package must be 1-parent-1-child';
    expect(refusal(direct, { members: [PARENT, PARENT, CHILD] })).toBe(problem);
    expect(refusal(direct, { members: [CHILD] })).toBe(problem);
    expect(refusal(direct, { isChildWithParents: false })).toBe(problem);
  });

  it('new transaction cannot have mempool ancestors', () => {
    const members = [{ ...PARENT, poolAncestors: 1 }, CHILD];
    expect(refusal([entry(5, 100n, 200)], { members })).toBe(
      'package RBF failed: new transaction cannot have mempool ancestors',
    );
  });

  it('too many potential replacements', () => {
    const direct = [{ ...entry(5, 100n, 200), descendantCount: 101 }];
    expect(refusal(direct)).toBe(
      'package RBF failed: too many potential replacements, ' +
        `rejecting replacement ${shown(2)}; too many potential replacements (101 > 100)\n`,
    );
  });

  it('insufficient anti-DoS fees', () => {
    expect(refusal([entry(5, 4_001n, 900)])).toBe(
      'package RBF failed: insufficient anti-DoS fees, ' +
        `rejecting replacement ${shown(2)}, less fees than conflicting txs; 0.00004 < 0.00004001`,
    );
    expect(refusal([entry(5, 3_801n, 900)])).toBe(
      'package RBF failed: insufficient anti-DoS fees, ' +
        `rejecting replacement ${shown(2)}, not enough additional fees to relay; 0.00000199 < 0.000002`,
    );
  });

  it('package feerate is less than or equal to parent feerate', () => {
    const members = [
      { ...PARENT, modifiedFee: 2_000n },
      { ...CHILD, modifiedFee: 2_000n },
    ];
    expect(refusal([entry(5, 100n, 200)], { members })).toBe(
      'package RBF failed: package feerate is less than or equal to parent feerate, ' +
        'package feerate 0.00020000 BTC/kvB <= parent feerate is 0.00020000 BTC/kvB',
    );
  });

  it('insufficient feerate: does not improve feerate diagram', () => {
    // More in all, and less for the first 100 bytes.
    expect(refusal([entry(5, 3_000n, 100)])).toBe(
      'package RBF failed: insufficient feerate: does not improve feerate diagram',
    );
    expect(refusal([entry(5, 2_001n, 100)])).toContain('does not improve');
    expect(refusal([entry(5, 2_000n, 100)])).toBeUndefined();
  });

  describe('what is replaced is in a family of two at most', () => {
    const refusalOf = (direct: Entry) =>
      refusal([direct], { all: () => [direct, ...direct.children] });

    it('with one ancestor, or one descendant', () => {
      const [parent, child] = [entry(5, 1_000n, 100), entry(6, 1_000n, 100)];
      marry(parent, child);
      expect(refusalOf(parent)).toBeUndefined();
      expect(refusalOf(child)).toBeUndefined();
    });

    it('with no more of them', () => {
      const many = { ...entry(5, 1_000n, 100), ancestorCount: 3 };
      expect(refusalOf(many)).toBe(
        `package RBF failed: ${shown(5)} has 2 ancestors, max 1 allowed`,
      );
      const fertile = { ...entry(5, 1_000n, 100), descendantCount: 3 };
      expect(refusalOf(fertile)).toBe(
        `package RBF failed: ${shown(5)} has 2 descendants, max 1 allowed`,
      );
    });

    it('with not one of each', () => {
      const middle = { ...entry(5, 1_000n, 100), ancestorCount: 2, descendantCount: 2 };
      expect(refusalOf(middle)).toBe(
        `package RBF failed: ${shown(5)} has both ancestor and descendant, exceeding cluster limit of 2`,
      );
    });

    it('whose child has no other parent, whose parent no other child', () => {
      const [parent, child, other] = [5, 6, 7].map((n) => entry(n, 1_000n, 100)) as [
        Entry,
        Entry,
        Entry,
      ];
      marry(parent, child);
      child.ancestorCount = 3;
      expect(refusalOf(parent)).toBe(
        `package RBF failed: ${shown(5)} is not the only parent of child ${shown(6)}`,
      );
      child.ancestorCount = 2;
      marry(parent, other);
      expect(refusalOf(child)).toBe(
        `package RBF failed: ${shown(6)} is not the only child of parent ${shown(5)}`,
      );
    });
  });

  describe('the diagram', () => {
    it('has a parent and the child that pays for it as one', () => {
      const [parent, child] = [entry(5, 0n, 100), entry(6, 3_600n, 100)];
      marry(parent, child);
      expect(refusal([parent], { all: () => [parent, child] })).toBeUndefined();
    });

    it('has a parent that pays more than its child by itself', () => {
      const [parent, child] = [entry(5, 3_000n, 100), entry(6, 500n, 100)];
      marry(parent, child);
      expect(refusal([parent], { all: () => [parent, child] })).toContain('does not improve');
    });

    it('keeps the parent of a child that is replaced', () => {
      const [parent, child] = [entry(5, 0n, 100), entry(6, 3_700n, 100)];
      marry(parent, child);
      // Together they paid 18.5 for a byte; now it is 20, and the parent stays for nothing.
      expect(refusal([child])).toBeUndefined();
    });
  });
});

describe('in a pool', () => {
  it('a parent that pays too little comes in with its child, in the place of what is there', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    const old = spendCoins([coin], { fee: 1_000n });
    const oldChild = spendCoins([outputOf(old)], { fee: 500n });
    await mustAccept(pool, old, oldChild);
    const parent = spendCoins([coin], { fee: 300n });
    const poor = spendCoins([outputOf(parent)], { fee: 1_000n });
    const refused = await pool.mempool.acceptPackage([parent, poor]);
    expect(refused.error?.code).toBe('package RBF failed: insufficient anti-DoS fees');
    expect(pool.mempool.size).toBe(2);
    const child = spendCoins([outputOf(parent)], { fee: 4_000n });
    const { error, results, replaced } = await pool.mempool.acceptPackage([parent, child]);
    expect(error).toBeUndefined();
    expect(results.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
    expect(replaced.map(({ tx }) => tx)).toEqual([old, oldChild]);
    expect(pool.mempool.size).toBe(2);
  });
});
