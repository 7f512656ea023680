/**
 * The kinds of keys that OpenSSL makes and nobody here can use, so that a refusal names what somebody has in
 * hand. Identifiers of RFC 5480, RFC 5639, RFC 8017, RFC 8410 and SEC 2.
 */
import { toHex } from '../bytes/hex.ts';

const NAMES: ReadonlyMap<string, string> = new Map([
  ['2a8648ce3d030101', 'prime192v1 (P-192)'],
  ['2a8648ce3d030107', 'prime256v1 (P-256)'],
  ['2b81040021', 'secp224r1 (P-224)'],
  ['2b81040022', 'secp384r1 (P-384)'],
  ['2b81040023', 'secp521r1 (P-521)'],
  ['2b8104001f', 'secp192k1'],
  ['2b81040020', 'secp224k1'],
  ['2b2403030208010107', 'brainpoolP256r1'],
  ['2b240303020801010b', 'brainpoolP384r1'],
  ['2b240303020801010d', 'brainpoolP512r1'],
  ['2a811ccf5501822d', 'SM2'],
  ['2b656e', 'X25519'],
  ['2b656f', 'X448'],
  ['2b6570', 'Ed25519'],
  ['2b6571', 'Ed448'],
  ['2a864886f70d010101', 'RSA'],
  ['2a864886f70d01010a', 'RSA-PSS'],
  ['2a8648ce380401', 'DSA'],
]);
/** Longer identifiers are cut, whatever a file has there. */
const LONGEST = 20;

/**
 * What an object identifier is called; its numbers, where it is none of the usual ones.
 *
 * @example
 * kindName(fromHex('2a8648ce3d030107')) // 'prime256v1 (P-256)'
 * kindName(fromHex('2b8104000a')) // '1.3.132.0.10'
 */
export function kindName(identifier: Uint8Array): string {
  return NAMES.get(toHex(identifier)) ?? dotted(identifier.subarray(0, LONGEST));
}

/** Groups of seven bits, the highest first; the first of them holds two numbers (X.690, 8.19). */
function dotted(identifier: Uint8Array): string {
  const numbers: bigint[] = [];
  let number = 0n;
  for (const byte of identifier) {
    number = (number << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    if (numbers.length === 0) {
      const first = number < 40n ? 0n : number < 80n ? 1n : 2n;
      numbers.push(first, number - first * 40n);
    } else numbers.push(number);
    number = 0n;
  }
  return numbers.join('.');
}
