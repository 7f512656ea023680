import { describe, expect, it } from 'vitest';
import { encode } from '../bytes/codec.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import type { Txid } from '../primitives/hashes.ts';
import { outPointCodec, type Transaction } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { buildScript } from '../script/build-script.ts';
import { opcodes } from '../script/opcodes.ts';
import { multisig, p2pk, p2pkh } from '../script/templates.ts';
import {
  BLOOM_UPDATE_ALL,
  BLOOM_UPDATE_NONE,
  BLOOM_UPDATE_P2PUBKEY_ONLY,
  BloomFilter,
  murmurHash3,
} from './bloom-filter.ts';

const hash20 = (value: number): Uint8Array => new Uint8Array(20).fill(value);
const key = (value: number): Uint8Array => Uint8Array.of(2, ...new Uint8Array(32).fill(value));

function emptyFilter(flags = BLOOM_UPDATE_NONE, bytes = 64): BloomFilter {
  return new BloomFilter({ filter: new Uint8Array(bytes), hashFunctions: 8, tweak: 5, flags });
}

function payTo(...scripts: readonly Uint8Array[]): Transaction {
  return {
    version: 2,
    inputs: [
      {
        prevout: { txid: new Uint8Array(32).fill(9) as Txid, vout: 1 },
        scriptSig: buildScript(key(7)),
        sequence: 0,
        witness: [],
      },
    ],
    outputs: scripts.map((scriptPubKey) => ({ value: 1n, scriptPubKey })),
    lockTime: 0,
  };
}

it('MurmurHash3 gives the values that everybody else gets', () => {
  expect(murmurHash3(0, new Uint8Array(0))).toBe(0);
  expect(murmurHash3(1, new Uint8Array(0))).toBe(0x514e28b7);
  expect(murmurHash3(0xffffffff, new Uint8Array(0))).toBe(0x81f16f39);
  expect(murmurHash3(0, fromHex('ffffffff'))).toBe(0x76293b50);
  expect(murmurHash3(0, fromHex('21436587'))).toBe(0xf55b516b);
  expect(murmurHash3(0, fromHex('214365'))).toBe(0x7e4a8634);
  expect(murmurHash3(0, fromHex('21'))).toBe(0x72661cf4);
});

describe('a Bloom filter', () => {
  it('contains what was added, and of other things few', () => {
    const filter = emptyFilter(BLOOM_UPDATE_NONE, 200);
    for (let i = 0; i < 100; i++) filter.insert(hash20(i));
    let wrong = 0;
    for (let i = 0; i < 256; i++) {
      if (i < 100) expect(filter.contains(hash20(i))).toBe(true);
      else if (filter.contains(hash20(i))) wrong++;
    }
    expect(wrong).toBeLessThan(5);
  });

  it('without bits contains everything, and adding to it does nothing (CVE-2013-5700)', () => {
    const filter = emptyFilter(BLOOM_UPDATE_ALL, 0);
    filter.insert(hash20(1));
    expect(filter.contains(hash20(2))).toBe(true);
    expect(filter.matchAndUpdate(payTo())).toBe(true);
    expect(filter.bits).toHaveLength(0);
  });

  it('does not change the message that it came from', () => {
    const bits = new Uint8Array(8);
    const filter = new BloomFilter({ filter: bits, hashFunctions: 3, tweak: 0, flags: 0 });
    filter.insert(hash20(1));
    expect(toHex(bits)).toBe('00'.repeat(8));
  });
});

describe('a transaction is wanted by', () => {
  const tx = payTo(p2pkh(hash20(3)));

  it('nothing of an empty filter', () => {
    expect(emptyFilter().matchAndUpdate(tx)).toBe(false);
  });

  it.each([
    ['its id', txid(tx) as Uint8Array],
    ['what an output script pushes', hash20(3)],
    ['what an input script pushes', key(7)],
    ['the outpoint that it spends', encode(outPointCodec, tx.inputs[0]?.prevout ?? never())],
  ])('%s', (_what, element) => {
    const filter = emptyFilter();
    filter.insert(element);
    expect(filter.matchAndUpdate(tx)).toBe(true);
  });

  it('what a script pushes before it is cut off, and not behind that', () => {
    const filter = emptyFilter();
    filter.insert(hash20(1));
    const push = buildScript(hash20(1));
    const broken = Uint8Array.of(opcodes.OP_PUSHDATA1, 200);
    expect(filter.matchAndUpdate(payTo(Uint8Array.of(...push, ...broken)))).toBe(true);
    expect(filter.matchAndUpdate(payTo(Uint8Array.of(...broken, ...push)))).toBe(false);
  });
});

describe('an output that matches', () => {
  const scripts = [p2pkh(hash20(1)), p2pk(key(2)), multisig(1, [key(3), key(4)])];
  const tx = payTo(...scripts);
  const added = (flags: number): readonly boolean[] => {
    const filter = emptyFilter(flags);
    for (const element of [hash20(1), key(2), key(3)]) filter.insert(element);
    expect(filter.matchAndUpdate(tx)).toBe(true);
    return scripts.map((_, vout) => filter.containsOutPoint({ txid: txid(tx), vout }));
  };

  it('is added, or not, or if it pays to bare keys, as the flags say', () => {
    expect(added(BLOOM_UPDATE_NONE)).toEqual([false, false, false]);
    expect(added(BLOOM_UPDATE_ALL)).toEqual([true, true, true]);
    expect(added(BLOOM_UPDATE_P2PUBKEY_ONLY)).toEqual([false, true, true]);
    // Other bits than the lowest two have no meaning; and 3 is neither.
    expect(added(BLOOM_UPDATE_ALL | 0x80)).toEqual([true, true, true]);
    expect(added(3)).toEqual([false, false, false]);
  });
});

function never(): never {
  throw new Error('the transaction has an input');
}
