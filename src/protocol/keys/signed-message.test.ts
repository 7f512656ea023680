import { describe, expect, it } from 'vitest';
import { toHex } from '../bytes/hex.ts';
import { publicKeyOf } from './private-key.ts';
import { messageSigner, signMessage } from './signed-message.ts';
import { decodeWif } from './wif.ts';

const REGTEST_WIF = 0xef;
const key = decodeWif('cVUouyptYRBgPcdeQWqo3Si6ahDixiRpv3mg1CK7JeybxzhZ42pE', REGTEST_WIF);
/** As Bitcoin Core 28.1 signed it. */
const SIGNED =
  'IE85hymcAPqEOpvyV6n/jXUMrVAkQvO7VHnWm99NeNLtCYOUbp1S6zvc7MeeZE01DWV9Yj1m/Up5tDSzuMO52Dc=';

describe('a signed message', () => {
  it('has the very signature that Bitcoin Core makes', () => {
    expect(signMessage('hello', key)).toBe(SIGNED);
  });

  it('tells its signer, in the form of the key', () => {
    const signer = messageSigner('hello', SIGNED) as Uint8Array;
    expect(toHex(signer)).toBe(toHex(publicKeyOf(key.privateKey)));
    const plain = signMessage('hello', { ...key, compressed: false }) as string;
    expect(messageSigner('hello', plain)).toEqual(publicKeyOf(key.privateKey, false));
  });

  it('has another signer once a letter is changed', () => {
    expect(messageSigner('hellO', SIGNED)).not.toEqual(publicKeyOf(key.privateKey));
  });

  it('is malformed in anything but base64, and nobody’s in another length', () => {
    expect(messageSigner('hello', 'xx')).toBe('malformed');
    expect(messageSigner('hello', 'AAAA')).toBeUndefined();
  });
});
