import { curve } from '#curve';

/**
 * Signs as Bitcoin Core's wallet does: until r, too, is below 2^255, so that no signature in DER
 * takes more than 70 bytes (71 with its hash type) and fees can be told in advance. The first
 * attempt is plain RFC 6979; each further one mixes in a counter, little-endian in 32 bytes. So a
 * key and a hash always make the same signature. Compact; undefined for an invalid key.
 *
 * @example
 * encodeDer(signEcdsaLowR(sighash, privateKey))
 */
export function signEcdsaLowR(hash: Uint8Array, privateKey: Uint8Array): Uint8Array | undefined {
  const entropy = new Uint8Array(32);
  const counter = new DataView(entropy.buffer);
  let signed = curve.signEcdsa(hash, privateKey);
  for (let attempt = 1; signed !== undefined && !isLowR(signed.signature); attempt++) {
    counter.setUint32(0, attempt, true);
    signed = curve.signEcdsa(hash, privateKey, entropy);
  }
  return signed?.signature;
}

function isLowR(signature: Uint8Array): boolean {
  return (signature[0] as number) < 0x80;
}
