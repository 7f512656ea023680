import { hash160, sha256 } from '../../protocol/crypto/hash.ts';
import { publicKeyOf } from '../../protocol/keys/private-key.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { addressFromScript } from '../../protocol/script/address.ts';
import { p2wpkh } from '../../protocol/script/templates.ts';

export interface SeedKey {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly address: string;
}

/**
 * The key whose number is the SHA-256 of a text (in UTF-8, as it is typed), and its address: a "brain wallet".
 * Whoever guesses the text has the key, and machines guess billions a second.
 *
 * @example
 * keyFromText('correct horse battery staple', lab).address // always the same
 */
export function keyFromText(text: string, { addressPrefixes }: ChainParams): SeedKey {
  const privateKey = sha256(new TextEncoder().encode(text));
  const publicKey = publicKeyOf(privateKey);
  const address = addressFromScript(p2wpkh(hash160(publicKey)), addressPrefixes) as string;
  return { privateKey, publicKey, address };
}
