import { describe, expect, it } from 'vitest';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { RuleError } from '../../../protocol/consensus/rule-error.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { PolicyError } from './policy-error.ts';
import {
  checkReplacement,
  checkSpendsNoConflict,
  type ReplacedTx,
  type Replacement,
} from './replacement.ts';

function id(number: number): Txid {
  return new Uint8Array(32).fill(number) as Txid;
}

function spending(...parents: readonly Txid[]): Transaction {
  const inputs = parents.map((txid) => ({
    prevout: { txid, vout: 0 },
    scriptSig: new Uint8Array(0),
    sequence: 0,
    witness: [],
  }));
  return { version: 2, inputs, outputs: [], lockTime: 0 };
}

/** A transaction of the pool that pays 1,000 satoshis for 100 virtual bytes. */
function replaced(changes: Partial<ReplacedTx> = {}): ReplacedTx {
  return {
    tx: spending(id(1)),
    txid: id(2),
    modifiedFee: 1_000n,
    vsize: 100,
    descendantCount: 1,
    ...changes,
  };
}

const NEW = toReversedHex(id(9));

/** Why a transaction may not replace others; undefined if it may. */
function refusal(
  { fee = 2_000n, vsize = 100, tx = spending(id(1)) },
  changes: Partial<Replacement> = {},
): string | undefined {
  const direct = changes.direct ?? [replaced()];
  try {
    checkReplacement({
      candidate: { tx, txid: id(9), modifiedFee: fee, vsize },
      direct,
      all: () => direct,
      isInPool: () => false,
      incrementalFeeRate: 1_000n,
      ...changes,
    });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    const { reject, message } = error as PolicyError;
    return `${reject}: ${message}`;
  }
}

describe('replacement by fee', () => {
  it('takes the place of what pays less, whether or not that announced it (full RBF)', () => {
    expect(refusal({})).toBeUndefined();
  });

  it('rule 6: pays a higher rate than each direct conflict', () => {
    expect(refusal({ fee: 2_000n, vsize: 200 })).toBe(
      `reconsiderable: insufficient fee, rejecting replacement ${NEW}; ` +
        'new feerate 0.00010000 BTC/kvB <= old feerate 0.00010000 BTC/kvB',
    );
    expect(refusal({ fee: 2_001n, vsize: 200 })).toBeUndefined();
    const dear = replaced({ modifiedFee: 3_000n });
    expect(refusal({ fee: 9_000n, vsize: 300 }, { direct: [replaced(), dear] })).toContain(
      'new feerate',
    );
  });

  it('rule 6 does not look at their descendants', () => {
    const direct = [replaced({ descendantCount: 2 })];
    const child = replaced({ txid: id(3), modifiedFee: 500n, vsize: 10 });
    expect(refusal({ fee: 1_600n }, { direct, all: () => [...direct, child] })).toBeUndefined();
  });

  it('rule 5: puts out 100 transactions at most, before anybody collects them', () => {
    const direct = [replaced({ descendantCount: 60 }), replaced({ descendantCount: 41 })];
    const all = () => {
      throw new Error('nobody has to collect them');
    };
    expect(refusal({ fee: 99_000n }, { direct, all })).toBe(
      `mempool-policy: too many potential replacements, rejecting replacement ${NEW}; ` +
        'too many potential replacements (101 > 100)\n',
    );
    const fewer = [replaced({ descendantCount: 60 }), replaced({ descendantCount: 40 })];
    expect(refusal({ fee: 99_000n }, { direct: fewer })).toBeUndefined();
  });

  it('rule 2: waits for nothing unconfirmed that was not waited for before', () => {
    const isInPool = () => true;
    const tx = spending(id(1), id(5));
    expect(refusal({ tx }, { isInPool })).toBe(
      `mempool-policy: replacement-adds-unconfirmed, replacement ${NEW} adds unconfirmed input, idx 1`,
    );
    expect(refusal({ tx })).toBeUndefined();
    const direct = [replaced({ tx: spending(id(5), id(1)) })];
    expect(refusal({ tx }, { isInPool, direct })).toBeUndefined();
  });

  it('rule 3: pays as much as all that leave, descendants included', () => {
    const direct = [replaced({ descendantCount: 2 })];
    const child = replaced({ txid: id(3), modifiedFee: 150_000_000n, vsize: 100_000 });
    expect(refusal({ fee: 2_000n }, { direct, all: () => [...direct, child] })).toBe(
      `reconsiderable: insufficient fee, rejecting replacement ${NEW}, ` +
        'less fees than conflicting txs; 0.00002 < 1.50001',
    );
  });

  it('rule 4: and for its own relaying on top', () => {
    expect(refusal({ fee: 1_100n })).toBeUndefined();
    expect(refusal({ fee: 1_099n })).toBe(
      `reconsiderable: insufficient fee, rejecting replacement ${NEW}, ` +
        'not enough additional fees to relay; 0.00000099 < 0.000001',
    );
    expect(refusal({ fee: 1_001n }, { incrementalFeeRate: 0n })).toBeUndefined();
  });

  it('says so where it is a sibling that has to go', () => {
    const siblingEviction = true;
    expect(refusal({ fee: 10n }, { siblingEviction })).toMatch(
      /^reconsiderable: insufficient fee \(including sibling eviction\), /,
    );
    const direct = [replaced({ descendantCount: 101 })];
    expect(refusal({}, { siblingEviction, direct })).toMatch(
      /^mempool-policy: too many potential replacements \(including sibling eviction\), /,
    );
  });
});

describe('checkSpendsNoConflict', () => {
  it('bad-txns-spends-conflicting-tx: what it spends would go with what it replaces', () => {
    const check = (conflict: Txid) => () =>
      checkSpendsNoConflict(
        id(9),
        [{ txid: id(3) }, { txid: id(4) }],
        (txid) => txid[0] === conflict[0],
      );
    expect(check(id(5))).not.toThrow();
    expect(check(id(4))).toThrow(RuleError);
    expect(check(id(4))).toThrow(
      `bad-txns-spends-conflicting-tx, ${NEW} spends conflicting transaction ${toReversedHex(id(4))}`,
    );
  });
});
