import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from './decode-error.ts';
import { fromHex, fromReversedHex, isHex, toHex, toReversedHex } from './hex.ts';

const bytes = fc.uint8Array({ maxLength: 100 });

function refusal(text: string): DecodeError {
  try {
    fromHex(text);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return error as DecodeError;
  }
  throw new Error(`${text} was accepted`);
}

describe('hex', () => {
  it('comes back as it was, in lower case', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const text = toHex(value);
        expect(text).toBe(Buffer.from(value).toString('hex'));
        expect(fromHex(text)).toEqual(value);
        expect(fromHex(text.toUpperCase())).toEqual(value);
        expect(isHex(text)).toBe(true);
      }),
    );
  });

  it('shows hashes from back to front', () => {
    expect(toReversedHex(Uint8Array.of(0x01, 0x02, 0xff))).toBe('ff0201');
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toReversedHex(value)).toBe(Buffer.from(value).reverse().toString('hex'));
        expect(fromReversedHex(toReversedHex(value))).toEqual(value);
      }),
    );
  });

  it('refuses whatever is no pair of digits, and says where it stands', () => {
    expect(refusal('abc').message).toBe('hex has an odd number of digits (3)');
    expect(refusal('12g4').message).toBe('character 3 is "g"; hex digits are 0-9 and a-f');
    expect(refusal('123\n').message).toBe('character 4 is "\\n"; hex digits are 0-9 and a-f');
    for (const text of [
      '0x',
      ' 1',
      '1 ',
      '/1',
      ':1',
      '@1',
      'G1',
      '`1',
      '1\0',
      '1é',
      '1\u{1f600}a',
    ]) {
      expect(refusal(text).code).toBe('bad-hex');
      expect(isHex(text)).toBe(false);
    }
  });

  it('accepts a text exactly when it is hex', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-fA-F]{0,9}$/)), (text) => {
        if (isHex(text)) expect(toHex(fromHex(text))).toBe(text.toLowerCase());
        else expect(refusal(text).code).toBe('bad-hex');
      }),
    );
  });
});
