import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { sha256 } from '../crypto/hash.ts';
import { p2wsh } from '../script/templates.ts';
import { inferredWitnessDescriptor } from './inferred-descriptor.ts';

const PREFIXES = { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' };
const KEY = `02${'79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'}`;

function inferred(hex: string): string {
  const script = fromHex(hex);
  return inferredWitnessDescriptor(p2wsh(sha256(script)), script, PREFIXES).split('#')[0] as string;
}

describe('a witness script', () => {
  it('is shown as the miniscript that it is', () => {
    expect(inferred(`21${KEY}ad5ab2`)).toBe(`wsh(and_v(v:pk(${KEY}),older(10)))`);
  });

  it('is shown as an address if it is none, or one that nobody should use', () => {
    expect(inferred('5ab2')).toMatch(/^addr\(bcrt1q/);
    expect(inferred(`21${KEY}ad21${KEY}ac`)).toMatch(/^addr\(bcrt1q/);
    expect(inferred('76a914000000000000000000000000000000000000000088ac')).toMatch(/^addr\(/);
  });
});
