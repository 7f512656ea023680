import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../bytes/hex.ts';
import { blockHash } from '../primitives/block-hash.ts';
import { signet, signetParams } from './signet.ts';

describe('BIP325: signets', () => {
  it('the public one is the default', () => {
    expect(signetParams()).toBe(signet);
    expect(toHex(signet.consensus.signetChallenge as Uint8Array)).toBe(
      '512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be430210359ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae',
    );
  });

  it('one with a challenge of its own shares the first block, and nothing that would mix them', () => {
    const custom = signetParams(fromHex('51'));
    expect(custom.name).toBe('signet');
    expect(blockHash(custom.genesis)).toEqual(blockHash(signet.genesis));
    // The double SHA-256 of 01 51 begins so.
    expect(toHex(custom.magic)).toBe('54d26fbd');
    expect(custom.consensus.signetChallenge).toEqual(fromHex('51'));
    expect(custom.dnsSeeds).toEqual([]);
    expect(custom.consensus.minimumChainWork).toBe(0n);
    expect(custom.consensus.assumeValid).toBeUndefined();
  });

  it("a retarget of the easiest target fits Core's 256 bits, and no easier one would", () => {
    const eightWeeks = 4n * 14n * 24n * 60n * 60n;
    const { powLimit } = signet.consensus;
    expect(powLimit * eightWeeks < 1n << 256n).toBe(true);
    expect((powLimit + (1n << 216n)) * eightWeeks < 1n << 256n).toBe(false);
  });
});
