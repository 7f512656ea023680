import { describe, expect, it } from 'vitest';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Txid, Wtxid } from '../../../protocol/primitives/hashes.ts';
import { checkPackageTruc, checkSingleTruc, type TrucPoolTx, type TrucTx } from './truc.ts';

const id = (number: number) => new Uint8Array(32).fill(number) as Txid;
const wid = (number: number) => new Uint8Array(32).fill(100 + number) as Wtxid;
const named = (number: number) =>
  `tx ${toReversedHex(id(number))} (wtxid=${toReversedHex(wid(number))})`;

/** A transaction with this number that spends from those. */
function tx(number: number, version: number, parents: readonly number[] = [], vsize = 200): TrucTx {
  const inputs = [99, ...parents].map((parent) => ({
    prevout: { txid: id(parent), vout: 0 },
    scriptSig: new Uint8Array(0),
    sequence: 0,
    witness: [],
  }));
  return {
    tx: { version, inputs, outputs: [], lockTime: 0 },
    txid: id(number),
    wtxid: wid(number),
    vsize,
  };
}

function inPool(of: TrucTx, changes: Partial<TrucPoolTx> = {}): TrucPoolTx {
  return { ...of, ancestorCount: 1, descendantCount: 1, children: [], ...changes };
}

const noConflict = () => false;

function single(candidate: TrucTx, ancestors: readonly TrucPoolTx[]): string | undefined {
  const violation = checkSingleTruc(candidate, ancestors, noConflict);
  if (violation === undefined) return undefined;
  const { error } = violation;
  expect(error).toMatchObject({
    code: 'TRUC-violation',
    verdict: 'policy',
    reject: 'mempool-policy',
  });
  return error.details;
}

describe('SingleTRUCChecks (BIP431)', () => {
  const parent = tx(1, 3);

  it('lets families of two in', () => {
    expect(single(parent, [])).toBeUndefined();
    expect(single(tx(2, 3, [1]), [inPool(parent)])).toBeUndefined();
    expect(single(tx(2, 2, [1]), [inPool(tx(1, 2)), inPool(tx(3, 1))])).toBeUndefined();
  });

  it('keeps versions apart', () => {
    expect(single(tx(2, 2, [1]), [inPool(parent)])).toBe(
      `non-version=3 ${named(2)} cannot spend from version=3 ${named(1)}`,
    );
    expect(single(tx(2, 3, [1]), [inPool(tx(1, 2))])).toBe(
      `version=3 ${named(2)} cannot spend from non-version=3 ${named(1)}`,
    );
  });

  it('allows 10,000 virtual bytes', () => {
    expect(single(tx(2, 3, [], 10_000), [])).toBeUndefined();
    expect(single(tx(2, 3, [], 10_001), [])).toBe(
      `version=3 ${named(2)} is too big: 10001 > 10000 virtual bytes`,
    );
    expect(single(tx(2, 2, [], 10_001), [])).toBeUndefined();
  });

  it('allows a child 1,000', () => {
    expect(single(tx(2, 3, [1], 1_000), [inPool(parent)])).toBeUndefined();
    expect(single(tx(2, 3, [1], 1_001), [inPool(parent)])).toBe(
      `version=3 child ${named(2)} is too big: 1001 > 1000 virtual bytes`,
    );
  });

  it('allows one unconfirmed ancestor', () => {
    expect(single(tx(2, 3, [1, 3]), [inPool(parent), inPool(tx(3, 3))])).toBe(
      `${named(2)} would have too many ancestors`,
    );
    expect(single(tx(2, 3, [1]), [inPool(parent, { ancestorCount: 2 })])).toBe(
      `${named(2)} would have too many ancestors`,
    );
  });

  describe('a second child', () => {
    const sibling = { txid: id(5), ancestorCount: 2 };
    const full = inPool(parent, { descendantCount: 2, children: [sibling] });
    const child = tx(2, 3, [1]);

    it('has no room, but may take the place of the first', () => {
      const violation = checkSingleTruc(child, [full], noConflict);
      expect(violation?.error.details).toBe(`${named(1)} would exceed descendant count limit`);
      expect(violation?.sibling).toBe(sibling);
    });

    it('is no second one where it replaces the first anyhow', () => {
      expect(checkSingleTruc(child, [full], (txid) => txid === sibling.txid)).toBeUndefined();
    });

    it('finds no single sibling to take the place of after a reorganisation', () => {
      const other = { txid: id(6), ancestorCount: 2 };
      const three = inPool(parent, { descendantCount: 3, children: [sibling, other] });
      expect(checkSingleTruc(child, [three], noConflict)).toMatchObject({ sibling: undefined });
      const married = { txid: id(5), ancestorCount: 3 };
      const two = inPool(parent, { descendantCount: 2, children: [married] });
      expect(checkSingleTruc(child, [two], noConflict)).toMatchObject({ sibling: undefined });
    });
  });
});

describe('PackageTRUCChecks (BIP431)', () => {
  function inPackage(
    candidate: TrucTx,
    packageTxs: readonly TrucTx[],
    ancestors: readonly TrucPoolTx[] = [],
  ): string | undefined {
    try {
      checkPackageTruc(candidate, packageTxs, ancestors);
      return undefined;
    } catch (error) {
      expect(error).toMatchObject({ code: 'TRUC-violation', reject: 'mempool-policy' });
      return (error as { details: string }).details;
    }
  }

  it('lets a parent and its child in', () => {
    const pair = [tx(1, 3), tx(2, 3, [1])] as const;
    expect(inPackage(pair[0], pair)).toBeUndefined();
    expect(inPackage(pair[1], pair)).toBeUndefined();
    expect(inPackage(pair[1], [pair[1]], [inPool(pair[0])])).toBeUndefined();
  });

  it('keeps versions apart, in the package as in the pool', () => {
    const truc = [tx(1, 3), tx(2, 2, [1])] as const;
    expect(inPackage(truc[1], truc)).toBe(
      `non-version=3 ${named(2)} cannot spend from version=3 ${named(1)}`,
    );
    expect(inPackage(truc[1], [truc[1]], [inPool(truc[0])])).toContain('cannot spend from');
    const plain = [tx(1, 2), tx(2, 3, [1])] as const;
    expect(inPackage(plain[1], plain)).toBe(
      `version=3 ${named(2)} cannot spend from non-version=3 ${named(1)}`,
    );
  });

  it('allows the sizes that it allows without a package', () => {
    const child = tx(2, 3, [1], 1_001);
    expect(inPackage(child, [tx(1, 3), child])).toContain('version=3 child');
    const parent = tx(1, 3, [], 10_001);
    expect(inPackage(parent, [parent])).toContain('is too big: 10001 > 10000');
  });

  it('allows one ancestor, wherever it is', () => {
    const child = tx(3, 3, [1, 2]);
    expect(inPackage(child, [tx(1, 3), tx(2, 3), child])).toBe(
      `${named(3)} would have too many ancestors`,
    );
    expect(inPackage(child, [tx(2, 3), child], [inPool(tx(1, 3))])).toBe(
      `${named(3)} would have too many ancestors`,
    );
  });

  it('allows no grandchild', () => {
    const family = [tx(1, 3), tx(2, 3, [1]), tx(3, 3, [2])] as const;
    expect(inPackage(family[1], family)).toBe(`${named(3)} would have too many ancestors`);
  });

  it('allows one child, wherever it is', () => {
    const family = [tx(1, 3), tx(2, 3, [1]), tx(3, 3, [1])] as const;
    expect(inPackage(family[1], family)).toBe(`${named(1)} would exceed descendant count limit`);
    const child = tx(2, 3, [1]);
    const parent = inPool(tx(1, 3), { descendantCount: 2 });
    expect(inPackage(child, [child], [parent])).toBe(
      `${named(1)} would exceed descendant count limit`,
    );
  });
});
