import { describe, expect, it } from 'vitest';
import { coinbaseTx, mineBlock } from '../../../test/fixtures/regtest-blocks.ts';
import { fromReversedHex, toReversedHex } from '../bytes/hex.ts';
import { blockHash } from '../primitives/block-hash.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { isBip30Enforced } from './bip30.ts';

const BIP34_HEIGHT = 1000;
const BIP34_HASH = '11'.repeat(32);
const LIMIT = 1_983_702;

const block = mineBlock([coinbaseTx(1, [])]);
const params = {
  buried: { bip34: BIP34_HEIGHT, bip65: 0, bip66: 0, csv: 0, segwit: 0 },
  bip34Hash: BIP34_HASH,
  bip30Exceptions: [{ height: 500, blockHash: toReversedHex(blockHash(block)) }],
};

function enforced(
  height: number,
  hash = BIP34_HASH,
  changes: Partial<typeof params> = {},
): boolean {
  const blockHashAt = (asked: number): BlockHash => {
    expect(asked).toBe(BIP34_HEIGHT);
    expect(asked).toBeLessThan(height);
    return fromReversedHex(hash) as BlockHash;
  };
  return isBip30Enforced(block, height, blockHashAt, { ...params, ...changes });
}

describe('BIP30 is asked', () => {
  it('of every block up to the height of BIP34, but of those that are excused', () => {
    expect(enforced(1)).toBe(true);
    expect(enforced(499)).toBe(true);
    expect(enforced(500)).toBe(false);
    expect(enforced(BIP34_HEIGHT)).toBe(true);
    const excuseAnother = [{ height: 500, blockHash: '22'.repeat(32) }];
    expect(enforced(500, BIP34_HASH, { bip30Exceptions: excuseAnother })).toBe(true);
  });

  it('of no block above it, on the chain that is known to be safe', () => {
    expect(enforced(BIP34_HEIGHT + 1)).toBe(false);
    expect(enforced(BIP34_HEIGHT + 1, '33'.repeat(32))).toBe(true);
    expect(enforced(LIMIT - 1)).toBe(false);
  });

  it('of every block again from 1,983,702 on', () => {
    expect(enforced(LIMIT)).toBe(true);
  });

  it('of every block on a chain that names no such block', () => {
    const unnamed = { ...params, bip34Hash: undefined, bip30Exceptions: [] };
    const never = (): BlockHash => expect.unreachable();
    expect(isBip30Enforced(block, BIP34_HEIGHT + 1, never, unnamed)).toBe(true);
  });

  it('of no block where every coinbase but that of the first block has to name its height', () => {
    const buried = { ...params.buried, bip34: 1 };
    const always = { ...params, buried, bip34Hash: undefined, bip30Exceptions: [] };
    const never = (): BlockHash => expect.unreachable();
    for (const height of [1, 2, LIMIT]) {
      expect(isBip30Enforced(block, height, never, always)).toBe(false);
    }
    const late = { ...always, buried: { ...buried, bip34: 2 } };
    expect(isBip30Enforced(block, 1, never, late)).toBe(true);
  });
});
