/**
 * The curve by libsecp256k1, compiled: the `secp256k1` package's prebuilt addon. Only its native
 * binding is loaded, never the JavaScript that the package falls back to by itself.
 */
import { createRequire } from 'node:module';
import { concatBytes } from '../../bytes/concat.ts';
import { bip340Challenge, bip340Nonce } from './bip340.ts';
import type { Curve } from './curve.ts';
import { isPublicKeyLength, liftedX } from './point-bytes.ts';
import {
  bytesFromScalar,
  GROUP_ORDER,
  isBelowOrder,
  isBelowPrime,
  isCompactSignature,
  isHighS,
  isPrivateScalar,
  isTweak,
  scalarFromBytes,
  writeScalar,
} from './scalar.ts';

/** What is used of the package. It throws where an argument is out of range or a result infinite. */
export interface NativeBinding {
  privateKeyNegate(key: Uint8Array): Uint8Array;
  privateKeyTweakAdd(key: Uint8Array, tweak: Uint8Array): Uint8Array;
  privateKeyTweakMul(key: Uint8Array, tweak: Uint8Array): Uint8Array;
  publicKeyVerify(publicKey: Uint8Array): boolean;
  publicKeyCreate(key: Uint8Array, compressed?: boolean): Uint8Array;
  publicKeyConvert(publicKey: Uint8Array, compressed?: boolean): Uint8Array;
  publicKeyTweakAdd(publicKey: Uint8Array, tweak: Uint8Array): Uint8Array;
  publicKeyTweakMul(publicKey: Uint8Array, tweak: Uint8Array): Uint8Array;
  signatureNormalize(signature: Uint8Array): Uint8Array;
  ecdsaSign(
    hash: Uint8Array,
    key: Uint8Array,
    options?: { readonly data?: Uint8Array },
  ): { readonly signature: Uint8Array; readonly recid: number };
  ecdsaVerify(signature: Uint8Array, hash: Uint8Array, publicKey: Uint8Array): boolean;
  ecdsaRecover(
    signature: Uint8Array,
    recoveryId: number,
    hash: Uint8Array,
    compressed?: boolean,
  ): Uint8Array;
}

/** Loads the addon. Throws where there is none for this platform. */
export function loadNativeBinding(): NativeBinding {
  const require = createRequire(import.meta.url);
  return require('secp256k1/bindings.js') as NativeBinding;
}

/** The curve by the compiled addon. */
export function nativeCurve(native: NativeBinding = loadNativeBinding()): Curve {
  return {
    backend: 'native',

    isPrivateKey: isPrivateScalar,
    isPublicKey: (key) => isPublicKeyLength(key) && native.publicKeyVerify(key),
    isXOnlyKey: (key) => key.length === 32 && native.publicKeyVerify(liftedX(key)),

    publicKey(privateKey, compressed = true) {
      if (!isPrivateScalar(privateKey)) return undefined;
      return native.publicKeyCreate(privateKey, compressed);
    },
    convertPublicKey(publicKey, compressed = true) {
      if (!isPublicKeyLength(publicKey)) return undefined;
      return orUndefined(() => native.publicKeyConvert(publicKey, compressed));
    },
    negatePrivateKey(key) {
      return isPrivateScalar(key) ? native.privateKeyNegate(copied(key)) : undefined;
    },
    addToPrivateKey(key, tweak) {
      if (!isPrivateScalar(key) || !isTweak(tweak)) return undefined;
      return orUndefined(() => native.privateKeyTweakAdd(copied(key), tweak));
    },
    addToPublicKey(key, tweak) {
      if (!isPublicKeyLength(key) || !isTweak(tweak)) return undefined;
      return orUndefined(() => native.publicKeyTweakAdd(key, tweak));
    },
    addToXOnlyKey(key, tweak) {
      if (key.length !== 32 || !isTweak(tweak)) return undefined;
      const sum = orUndefined(() => native.publicKeyTweakAdd(liftedX(key), tweak));
      if (sum === undefined) return undefined;
      return { key: sum.subarray(1), parity: sum[0] === 2 ? 0 : 1 };
    },

    signEcdsa(hash, privateKey, entropy) {
      if (hash.length !== 32 || !isPrivateScalar(privateKey)) return undefined;
      if (entropy !== undefined && entropy.length !== 32) return undefined;
      const options = entropy === undefined ? {} : { data: entropy };
      // The addon's libsecp256k1 takes the hash into the nonce as it is. RFC 6979, and newer versions
      // with it, reduce it to a scalar before.
      const { signature, recid } = native.ecdsaSign(reduced(hash), privateKey, options);
      return { signature, recoveryId: recid };
    },
    verifyEcdsa: (hash, signature, publicKey) => verifyEcdsa(native, hash, signature, publicKey),
    recoverEcdsa(hash, signature, recoveryId, compressed = true) {
      if (hash.length !== 32 || !isCompactSignature(signature)) return undefined;
      if (!Number.isInteger(recoveryId) || recoveryId < 0 || recoveryId > 3) return undefined;
      return orUndefined(() => native.ecdsaRecover(signature, recoveryId, hash, compressed));
    },

    signSchnorr: (hash, privateKey, auxiliary) => signSchnorr(native, hash, privateKey, auxiliary),
    verifySchnorr: (hash, signature, key) => verifySchnorr(native, hash, signature, key),
  };
}

/**
 * A small array is moved out of the JavaScript heap when it first meets native code, and the garbage
 * collector then has more to do. What is verified in great numbers goes through these instead.
 */
const hashInput = new Uint8Array(32);
const signatureInput = new Uint8Array(64);

function verifyEcdsa(
  native: NativeBinding,
  hash: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (hash.length !== 32 || signature.length !== 64 || !isPublicKeyLength(publicKey)) return false;
  try {
    // libsecp256k1 verifies no signature with a high s; consensus does (BIP146 is policy alone).
    const low = isHighS(signature) ? native.signatureNormalize(copied(signature)) : signature;
    signatureInput.set(low);
    hashInput.set(hash);
    return native.ecdsaVerify(signatureInput, hashInput, publicKey);
  } catch {
    return false;
  }
}

/** BIP340: whether R = s * G - e * P has an even y, and r for its x. */
function verifySchnorr(
  native: NativeBinding,
  hash: Uint8Array,
  signature: Uint8Array,
  key: Uint8Array,
): boolean {
  if (hash.length !== 32 || signature.length !== 64 || key.length !== 32) return false;
  if (!isBelowPrime(signature) || !isBelowPrime(key) || !isBelowOrder(signature, 32)) return false;
  const challenge = bip340Challenge(signature.subarray(0, 32), key, hash);
  const point = noncePoint(native, scalarFromBytes(signature, 32), challenge, key);
  if (point === undefined || point[0] !== 2) return false;
  for (let i = 0; i < 32; i++) if (point[i + 1] !== signature[i]) return false;
  return true;
}

/**
 * `s * G - e * P`, compressed, where P is the point with this x and an even y; undefined where that
 * is no point or the result is infinite.
 *
 * The addon has no Schnorr signatures, but ECDSA's recovery of a public key is a calculation of the
 * same form: of a signature (r', s') and a hash z it makes `(s' * R' - z * G) / r'`, where R' is a
 * point whose x is r'. So let r' be the x of P, s' be `-e * r'`, and z be `-s * r'`. Recovery id 0
 * stands for an even y and an x below the order.
 */
export function noncePoint(
  native: NativeBinding,
  s: bigint,
  e: bigint,
  key: Uint8Array,
): Uint8Array | undefined {
  const x = scalarFromBytes(key);
  const negatedE = (GROUP_ORDER - e) % GROUP_ORDER;
  if (x >= GROUP_ORDER || negatedE === 0n) return slowNoncePoint(native, s, negatedE, key);
  signatureInput.set(key);
  writeScalar(signatureInput, 32, (negatedE * x) % GROUP_ORDER);
  writeScalar(hashInput, 0, ((GROUP_ORDER - s) * x) % GROUP_ORDER);
  return orUndefined(() => native.ecdsaRecover(signatureInput, 0, hashInput));
}

/** The same by two separate multiplications, for the scalars that no signature may hold. */
function slowNoncePoint(
  native: NativeBinding,
  s: bigint,
  negatedE: bigint,
  key: Uint8Array,
): Uint8Array | undefined {
  const point = liftedX(key);
  if (!native.publicKeyVerify(point)) return undefined;
  if (negatedE === 0n) return orUndefined(() => native.publicKeyCreate(bytesFromScalar(s)));
  const product = native.publicKeyTweakMul(point, bytesFromScalar(negatedE));
  return orUndefined(() => native.publicKeyTweakAdd(product, bytesFromScalar(s)));
}

/** BIP340, "Default Signing". The scalars are secret, so that the addon calculates with them. */
function signSchnorr(
  native: NativeBinding,
  hash: Uint8Array,
  privateKey: Uint8Array,
  auxiliary: Uint8Array,
): Uint8Array | undefined {
  if (hash.length !== 32 || auxiliary.length !== 32 || !isPrivateScalar(privateKey)) {
    return undefined;
  }
  const [d, key] = evenKeyPair(native, privateKey);
  const nonce = bip340Nonce(d, key, hash, auxiliary);
  if (!isPrivateScalar(nonce)) return undefined;
  const [k, r] = evenKeyPair(native, nonce);
  const e = bytesFromScalar(bip340Challenge(r, key, hash));
  return orUndefined(() => {
    const s = native.privateKeyTweakAdd(k, native.privateKeyTweakMul(d, e));
    return concatBytes(r, s);
  });
}

/** A scalar, negated where its point has an odd y, and the x of that point. */
function evenKeyPair(
  native: NativeBinding,
  scalar: Uint8Array,
): readonly [scalar: Uint8Array, x: Uint8Array] {
  const point = native.publicKeyCreate(scalar);
  const even = copied(scalar);
  return [point[0] === 2 ? even : native.privateKeyNegate(even), point.subarray(1)];
}

function reduced(hash: Uint8Array): Uint8Array {
  return isBelowOrder(hash) ? hash : bytesFromScalar(scalarFromBytes(hash) - GROUP_ORDER);
}

/** Some of the addon's functions write their result over their argument. */
function copied(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function orUndefined<T>(calculate: () => T): T | undefined {
  try {
    return calculate();
  } catch {
    return undefined;
  }
}
