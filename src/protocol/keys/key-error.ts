import { CodedError } from '../bytes/coded-error.ts';

export type KeyErrorCode =
  /** A character outside the alphabet of Base58. */
  | 'bad-character'
  | 'bad-checksum'
  | 'bad-length'
  /** The key is of another kind, or of another chain. */
  | 'wrong-prefix'
  /** Zero, or not below the order of the group. */
  | 'bad-private-key'
  /** Not a point of the curve, or not in the form that belongs here. */
  | 'bad-public-key'
  /** A BIP32 key that claims to be a master key and has a parent. */
  | 'bad-master-key'
  | 'bad-seed'
  | 'bad-path'
  /** Hardened children and private keys do not follow from a public key. */
  | 'needs-private-key'
  /** The one index in 2^127 that has no key (BIP32: take the next one). */
  | 'no-such-child'
  | 'bad-entropy'
  | 'unknown-word'
  | 'bad-der'
  | 'bad-pem'
  | 'encrypted-pem'
  /** A key of a curve other than secp256k1, or of one that is spelled out in numbers. */
  | 'wrong-curve';

/** Text or bytes that are no key. Messages never show a private key. */
export class KeyError extends CodedError {
  override readonly name = 'KeyError';
  readonly code: KeyErrorCode;

  constructor(code: KeyErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
