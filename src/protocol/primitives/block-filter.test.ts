import { describe, expect, it } from 'vitest';
import { blockFiltersCheck } from '../../../test/conformance/blockfilters.ts';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { fromHex, toReversedHex } from '../bytes/hex.ts';
import { encodeGolombCodedSet } from '../crypto/golomb-coded-set.ts';
import type { Block } from './block.ts';
import { blockFilter, blockFilterHasAny, filterHeader } from './block-filter.ts';
import { blockHash } from './block-hash.ts';
import type { BlockHash } from './hashes.ts';

const vectors = VectorFolder.find();
if (vectors === undefined) console.log('skipped: core/blockfilters.json (no vector folder)');

const [paid, spent, other] = [fromHex('51'), fromHex('0014aa'), fromHex('0014bb')];

function blockPaying(...scripts: readonly Uint8Array[]): Block {
  const outputs = scripts.map((scriptPubKey) => ({ value: 1n, scriptPubKey }));
  return {
    header: {
      version: 4,
      previousBlockHash: new Uint8Array(32) as BlockHash,
      merkleRoot: new Uint8Array(32),
      time: 1,
      bits: 0x207fffff,
      nonce: scripts.length,
    },
    transactions: [{ version: 2, inputs: [], outputs, lockTime: 0 }],
  };
}

describe('the basic filter of a block (BIP158)', () => {
  it('has what the block pays to and what it spends from, and nothing else', () => {
    const block = blockPaying(paid);
    const hash = blockHash(block);
    const filter = blockFilter(block, [spent]);
    expect(blockFilterHasAny(filter, hash, [paid])).toBe(true);
    expect(blockFilterHasAny(filter, hash, [other, spent])).toBe(true);
    expect(blockFilterHasAny(filter, hash, [other])).toBe(false);
  });

  it('is made under the first half of the block hash', () => {
    const block = blockPaying(paid);
    const key = blockHash(block).slice(0, 16);
    expect(blockFilter(block, [spent])).toEqual(encodeGolombCodedSet([spent, paid], key));
  });

  it('leaves out empty scripts, and outputs that say they cannot be spent', () => {
    const block = blockPaying(new Uint8Array(0), fromHex('6a0401020304'), fromHex('6a'));
    expect(blockFilter(block, [new Uint8Array(0)])).toEqual(Uint8Array.of(0));
    // An OP_RETURN that is not the first byte is not one.
    expect(blockFilter(blockPaying(fromHex('516a')), []).length).toBeGreaterThan(1);
  });

  it('is chained to the one before by its header (BIP157)', () => {
    // The filter of testnet3's first block.
    const header = filterHeader(fromHex('019dfca8'), new Uint8Array(32));
    expect(toReversedHex(header)).toBe(
      '21584579b7eb08997773e5aeff3a7f932700042d0ed2a6129012b7d7ae81b750',
    );
  });

  it.skipIf(vectors === undefined)('is that of Bitcoin Core for its ten blocks', () => {
    const outcomes = blockFiltersCheck.run(vectors as VectorFolder);
    expect(outcomes).toEqual(new Array(10).fill(undefined));
  });
});
