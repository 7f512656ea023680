/**
 * The curve by libsecp256k1 in WebAssembly: the `tiny-secp256k1` package.
 *
 * **Never hand it a point that is not on the curve, except to ask whether it is.** Its other
 * functions leave the module by an exception then, and what they had put on the module's own stack
 * stays there: after some 3,400 such calls every further one fails. Anybody can write invalid
 * keys into a block, so points are asked for first, at a tenth of the time of a verification; and
 * nothing is caught here, so that a fault can never pass for a wrong signature.
 */
import { createRequire } from 'node:module';
import { concatBytes } from '../../bytes/concat.ts';
import { modularInverse } from '../modular.ts';
import type { Curve } from './curve.ts';
import { isPublicKeyLength } from './point-bytes.ts';
import {
  bytesFromScalar,
  FIELD_PRIME,
  GROUP_ORDER,
  isBelowOrder,
  isCompactSignature,
  isPrivateScalar,
  isTweak,
  scalarFromBytes,
} from './scalar.ts';

type WasmModule = typeof import('tiny-secp256k1');

/** Loads and compiles the module, which takes some 10 ms. Throws where there is no WebAssembly. */
function loadWasmModule(): WasmModule {
  const require = createRequire(import.meta.url);
  return require('tiny-secp256k1') as WasmModule;
}

/** The curve by WebAssembly. */
export function wasmCurve(wasm: WasmModule = loadWasmModule()): Curve {
  const isPublicKey = (key: Uint8Array): boolean => isPublicKeyLength(key) && wasm.isPoint(key);
  const isXOnlyKey = (key: Uint8Array): boolean => key.length === 32 && wasm.isXOnlyPoint(key);

  return {
    backend: 'wasm',

    isPrivateKey: isPrivateScalar,
    isPublicKey,
    isXOnlyKey,

    publicKey(privateKey, compressed = true) {
      if (!isPrivateScalar(privateKey)) return undefined;
      return wasm.pointFromScalar(privateKey, compressed) ?? undefined;
    },
    convertPublicKey(publicKey, compressed = true) {
      return isPublicKey(publicKey) ? wasm.pointCompress(publicKey, compressed) : undefined;
    },
    negatePrivateKey(key) {
      return isPrivateScalar(key) ? wasm.privateNegate(key) : undefined;
    },
    addToPrivateKey(key, tweak) {
      if (!isPrivateScalar(key) || !isTweak(tweak)) return undefined;
      return wasm.privateAdd(key, tweak) ?? undefined;
    },
    addToPublicKey(key, tweak) {
      if (!isPublicKey(key) || !isTweak(tweak)) return undefined;
      return wasm.pointAddScalar(key, tweak, true) ?? undefined;
    },
    addToXOnlyKey(key, tweak) {
      if (!isXOnlyKey(key) || !isTweak(tweak)) return undefined;
      const sum = wasm.xOnlyPointAddTweak(key, tweak);
      return sum === null ? undefined : { key: sum.xOnlyPubkey, parity: sum.parity };
    },

    signEcdsa(hash, privateKey, entropy) {
      if (hash.length !== 32 || !isPrivateScalar(privateKey)) return undefined;
      if (entropy !== undefined && entropy.length !== 32) return undefined;
      return wasm.signRecoverable(hash, privateKey, entropy);
    },
    verifyEcdsa(hash, signature, publicKey) {
      if (hash.length !== 32 || !isCompactSignature(signature)) return false;
      return isPublicKey(publicKey) && wasm.verify(hash, publicKey, signature);
    },
    recoverEcdsa: (hash, signature, recoveryId, compressed = true) =>
      recoverEcdsa(wasm, hash, signature, recoveryId, compressed),

    signSchnorr(hash, privateKey, auxiliary) {
      if (hash.length !== 32 || auxiliary.length !== 32) return undefined;
      return isPrivateScalar(privateKey)
        ? wasm.signSchnorr(hash, privateKey, auxiliary)
        : undefined;
    },
    verifySchnorr(hash, signature, key) {
      if (hash.length !== 32 || signature.length !== 64) return false;
      // BIP340 lets r be any coordinate. The package wants it below the order, which no signature
      // that anybody can make exceeds: a nonce point with such an x takes 2^128 attempts.
      if (!isBelowOrder(signature, 0) || !isBelowOrder(signature, 32)) return false;
      return isXOnlyKey(key) && wasm.verifySchnorr(hash, key, signature);
    },
  };
}

/**
 * `(s * R - z * G) / r`. The package's own function is of no use: it looks for r on the curve even
 * where the recovery id says that the x of R is r plus the order.
 */
function recoverEcdsa(
  wasm: WasmModule,
  hash: Uint8Array,
  signature: Uint8Array,
  recoveryId: number,
  compressed: boolean,
): Uint8Array | undefined {
  if (hash.length !== 32 || !isCompactSignature(signature)) return undefined;
  if (!Number.isInteger(recoveryId) || recoveryId < 0 || recoveryId > 3) return undefined;
  const r = scalarFromBytes(signature);
  const x = recoveryId >= 2 ? r + GROUP_ORDER : r;
  if (x >= FIELD_PRIME) return undefined;
  const point = concatBytes(Uint8Array.of(2 + (recoveryId & 1)), bytesFromScalar(x));
  if (!wasm.isPoint(point)) return undefined;
  const inverse = modularInverse(r, GROUP_ORDER);
  const u1 = ((GROUP_ORDER - (scalarFromBytes(hash) % GROUP_ORDER)) * inverse) % GROUP_ORDER;
  const u2 = (scalarFromBytes(signature, 32) * inverse) % GROUP_ORDER;
  const product = wasm.pointMultiply(point, bytesFromScalar(u2), compressed);
  if (product === null) return undefined;
  return wasm.pointAddScalar(product, bytesFromScalar(u1), compressed) ?? undefined;
}
