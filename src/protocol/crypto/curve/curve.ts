/**
 * What the project wants of secp256k1. Three backends give it, and give the same answers: a native
 * addon, WebAssembly and plain JavaScript.
 *
 * No function throws for malformed input. A check answers `false`; whatever would make something of
 * the input answers `undefined`: bad lengths, points off the curve, scalars of zero or beyond the
 * group order. Public keys are accepted in every form that consensus accepts: 33 bytes, 65 bytes,
 * and the 65-byte hybrid form (prefix 6 or 7) that OpenSSL once let in. No argument is written to.
 *
 * @example
 * const signed = curve.signEcdsa(hash, privateKey);
 * signed && curve.verifyEcdsa(hash, signed.signature, publicKey) // true
 */
export interface Curve {
  readonly backend: CurveBackend;

  /** A scalar that is neither zero nor beyond the group order. */
  isPrivateKey(key: Uint8Array): boolean;
  /** A point on the curve, in any form that consensus accepts. */
  isPublicKey(key: Uint8Array): boolean;
  /** The x coordinate of a point on the curve (BIP340). */
  isXOnlyKey(key: Uint8Array): boolean;

  publicKey(privateKey: Uint8Array, compressed?: boolean): Uint8Array | undefined;
  /** The same public key in its 33-byte (default) or its 65-byte form. */
  convertPublicKey(publicKey: Uint8Array, compressed?: boolean): Uint8Array | undefined;
  /** `n - key` (mod n). */
  negatePrivateKey(key: Uint8Array): Uint8Array | undefined;
  /** `key + tweak` (mod n). */
  addToPrivateKey(key: Uint8Array, tweak: Uint8Array): Uint8Array | undefined;
  /** `key + tweak * G`, compressed. */
  addToPublicKey(key: Uint8Array, tweak: Uint8Array): Uint8Array | undefined;
  /** `lift_x(key) + tweak * G`: the output key of BIP341. */
  addToXOnlyKey(key: Uint8Array, tweak: Uint8Array): TweakedKey | undefined;

  /** An RFC 6979 signature in compact form (r, s), s in its lower half. `entropy`: 32 bytes to mix in. */
  signEcdsa(
    hash: Uint8Array,
    privateKey: Uint8Array,
    entropy?: Uint8Array,
  ): RecoverableSignature | undefined;
  /** Takes s in either half, as consensus does. `signature` is compact (r, s). */
  verifyEcdsa(hash: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
  recoverEcdsa(
    hash: Uint8Array,
    signature: Uint8Array,
    recoveryId: number,
    compressed?: boolean,
  ): Uint8Array | undefined;

  /** BIP340. Messages are always 32 bytes here; so is the auxiliary randomness. */
  signSchnorr(
    hash: Uint8Array,
    privateKey: Uint8Array,
    auxiliary: Uint8Array,
  ): Uint8Array | undefined;
  verifySchnorr(hash: Uint8Array, signature: Uint8Array, xOnlyKey: Uint8Array): boolean;
}

export type CurveBackend = 'native' | 'wasm' | 'pure';

export interface TweakedKey {
  readonly key: Uint8Array;
  /** 1 when the y coordinate of the tweaked point is odd. */
  readonly parity: 0 | 1;
}

export interface RecoverableSignature {
  readonly signature: Uint8Array;
  readonly recoveryId: number;
}
