import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../bytes/hex.ts';
import { chaCha20KeyStream } from './chacha20.ts';

describe('ChaCha20 (RFC 8439)', () => {
  it('gives the block of section 2.3.2', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const nonce = fromHex('000000090000004a00000000');
    expect(toHex(chaCha20KeyStream(key, nonce, 64, 1))).toBe(
      '10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e' +
        'd2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e',
    );
  });

  it('gives the blocks of appendix A.1, one after the other', () => {
    expect(toHex(chaCha20KeyStream(new Uint8Array(32), new Uint8Array(12), 128))).toBe(
      '76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7' +
        'da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586' +
        '9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed' +
        '29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f',
    );
  });

  it('stops in the middle of a block', () => {
    const [key, nonce] = [new Uint8Array(32).fill(7), new Uint8Array(12).fill(9)];
    const stream = chaCha20KeyStream(key, nonce, 200);
    for (const length of [0, 1, 63, 64, 65, 199]) {
      expect(chaCha20KeyStream(key, nonce, length)).toEqual(stream.slice(0, length));
    }
  });
});
