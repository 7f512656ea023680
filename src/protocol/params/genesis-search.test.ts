import { describe, expect, it } from 'vitest';
import { blockHash } from '../primitives/block-hash.ts';
import { meetsTarget } from '../primitives/target.ts';
import { type GenesisFacts, genesisBlock, satoshiOutput, TIMES_HEADLINE } from './genesis.ts';
import { GenesisSearch } from './genesis-search.ts';
import { lab } from './lab.ts';

const MAX = (1n << 256n) - 1n;
const facts = {
  message: TIMES_HEADLINE,
  outputs: [satoshiOutput],
  time: 1296688602,
  bits: 0x207fffff,
};

describe('the search for a first block', () => {
  it('finds that of the lab', () => {
    const { header, transactions } = lab.genesis;
    const labFacts = {
      message: 'Blockyard lab 01/Jan/2025: take it apart, it is yours',
      outputs: transactions[0]?.outputs ?? [],
      time: header.time,
      bits: header.bits,
    };
    const found = new GenesisSearch(labFacts, 350_000).search(10_000);
    expect(found).toEqual({ ...labFacts, nonce: 357_782 });
    expect(genesisBlock(found as GenesisFacts)).toEqual(lab.genesis);
  });

  it('finds the same in slices, and counts its tries', () => {
    const search = new GenesisSearch({ ...facts, bits: 0x1f0fffff });
    const whole = new GenesisSearch({ ...facts, bits: 0x1f0fffff });
    let found = search.search(7);
    let slices = 1;
    for (; found === undefined; slices++) found = search.search(7);
    expect(found).toEqual(whole.search(1_000_000));
    expect(slices).toBeGreaterThan(1);
    expect(search.hashes).toBe(found.nonce + 1);
    expect(search.expectedHashes).toBeCloseTo(4096, 0);
    expect(meetsTarget(blockHash(genesisBlock(found)), 0x1f0fffff, MAX)).toBe(true);
  });

  it('goes on in the next second when the nonces run out', () => {
    const search = new GenesisSearch({ ...facts, bits: 0x1f0fffff }, 0xffffffff);
    let found = search.search(1);
    expect(found).toBeUndefined();
    for (; found === undefined; ) found = search.search(1000);
    expect(found.time).toBe(facts.time + 1);
    expect(meetsTarget(blockHash(genesisBlock(found)), 0x1f0fffff, MAX)).toBe(true);
  });
});
