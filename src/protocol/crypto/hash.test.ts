import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { hash160, sha256, sha256d, taggedHash } from './hash.ts';

const text = (value: string) => new TextEncoder().encode(value);

describe('the hashes of Bitcoin', () => {
  it('hash twice, and by two functions', () => {
    expect(toHex(sha256d(text('hello')))).toBe(
      '9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50',
    );
    expect(toHex(hash160(text('hello')))).toBe('b6a9c8c230722b7c748331a8b450f05566dc7d0f');
  });

  it('put the hash of a tag in front, twice (BIP340)', () => {
    const tag = fromHex('7bb52d7a9fef58323eb1bf7a407db382d2f3f2d81bb1224f49fe518f6d48d37c');
    const hash = taggedHash('BIP0340/challenge');
    expect(toHex(hash(text('a'), text('bc')))).toBe(
      toHex(sha256(concatBytes(tag, tag, text('abc')))),
    );
  });
});
