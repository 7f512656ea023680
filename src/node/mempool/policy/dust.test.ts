import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../protocol/bytes/hex.ts';
import {
  multisig,
  nullData,
  p2pk,
  p2pkh,
  p2sh,
  p2tr,
  p2wpkh,
  p2wsh,
  witnessOutput,
} from '../../../protocol/script/templates.ts';
import { dustThreshold, isDust } from './dust.ts';

const HASH = new Uint8Array(20).fill(1);
const HASH256 = new Uint8Array(32).fill(1);
const KEY = Uint8Array.of(2, ...HASH256);

describe('GetDustThreshold at 3,000 satoshis for 1,000 virtual bytes', () => {
  const threshold = (scriptPubKey: Uint8Array) =>
    dustThreshold({ value: 0n, scriptPubKey }, 3_000n);

  it('is what Core 28 has for each form of output', () => {
    expect(threshold(p2pkh(HASH))).toBe(546n);
    expect(threshold(p2sh(HASH))).toBe(540n);
    expect(threshold(p2wpkh(HASH))).toBe(294n);
    expect(threshold(p2wsh(HASH256))).toBe(330n);
    expect(threshold(p2tr(HASH256))).toBe(330n);
    expect(threshold(p2pk(KEY))).toBe(576n);
    expect(threshold(multisig(1, [KEY, KEY, KEY]))).toBe(786n);
  });

  it('is 240 satoshis for pay to anchor', () => {
    expect(threshold(fromHex('51024e73'))).toBe(240n);
  });

  it('takes any witness program for one that a witness will spend', () => {
    expect(threshold(witnessOutput(16, Uint8Array.of(1, 2)))).toBe(240n);
    expect(threshold(witnessOutput(2, new Uint8Array(40)))).toBe(354n);
  });

  it('is nothing for what can never be spent', () => {
    expect(threshold(nullData(HASH))).toBe(0n);
    expect(threshold(new Uint8Array(10_001))).toBe(0n);
  });
});

describe('isDust', () => {
  it('is what holds less than the threshold at the rate that is set', () => {
    const output = (value: bigint) => ({ value, scriptPubKey: p2wpkh(HASH) });
    expect([293n, 294n].map((value) => isDust(output(value), 3_000n))).toEqual([true, false]);
    expect([97n, 98n].map((value) => isDust(output(value), 1_000n))).toEqual([true, false]);
    expect(isDust(output(0n), 0n)).toBe(false);
    // Core's own odd rate: 182 bytes at 3,702 are 673.764, and a fraction counts as a satoshi.
    const legacy = (value: bigint) => ({ value, scriptPubKey: p2pkh(HASH) });
    expect([673n, 674n].map((value) => isDust(legacy(value), 3_702n))).toEqual([true, false]);
  });
});
