import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../bytes/hex.ts';
import { hmacSha256 } from './hmac-sha256.ts';

describe('HMAC-SHA256', () => {
  it('is that of RFC 4231, case 2', () => {
    const text = new TextEncoder();
    const code = hmacSha256(text.encode('Jefe'), text.encode('what do ya want for nothing?'));
    expect(toHex(code)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  it('is Node’s for keys and messages of any length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 300 }),
        (key, message) => {
          const theirs = createHmac('sha256', key).update(message).digest('hex');
          expect(toHex(hmacSha256(key, message))).toBe(theirs);
        },
      ),
      { numRuns: 50 },
    );
  });
});
