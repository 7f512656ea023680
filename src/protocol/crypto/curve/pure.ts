/**
 * The curve in plain JavaScript, by noble: for browsers, and for platforms where nothing else
 * loads. It is handed the library, so that Node need not load it when it goes unused.
 */
import type { Curve } from './curve.ts';
import { isPublicKeyLength, liftedX, withoutHybridForm } from './point-bytes.ts';
import {
  bytesFromScalar,
  GROUP_ORDER,
  isCompactSignature,
  isPrivateScalar,
  isTweak,
  scalarFromBytes,
} from './scalar.ts';

type Noble = Pick<typeof import('@noble/curves/secp256k1.js'), 'secp256k1' | 'schnorr'>;
type Point = InstanceType<Noble['secp256k1']['Point']>;

/** Consensus hashes by itself, and takes s in either half. */
const VERIFIED = { prehash: false, lowS: false } as const;

/** Everybody signs with s in its lower half, and the recovery id comes in front. */
const SIGNED = { prehash: false, lowS: true, format: 'recovered' } as const;

/** The curve by noble. */
export function pureCurve({ secp256k1, schnorr }: Noble): Curve {
  const { Point, Signature } = secp256k1;

  function pointOf(key: Uint8Array): Point | undefined {
    const common = isPublicKeyLength(key) ? withoutHybridForm(key) : undefined;
    if (common === undefined) return undefined;
    return orUndefined(() => Point.fromBytes(common));
  }

  function sumOf(point: Point | undefined, tweak: Uint8Array): Point | undefined {
    if (point === undefined || !isTweak(tweak)) return undefined;
    const sum = point.add(Point.BASE.multiplyUnsafe(scalarFromBytes(tweak)));
    return sum.is0() ? undefined : sum;
  }

  return {
    backend: 'pure',

    isPrivateKey: isPrivateScalar,
    isPublicKey: (key) => pointOf(key) !== undefined,
    isXOnlyKey: (key) => key.length === 32 && pointOf(liftedX(key)) !== undefined,

    publicKey(privateKey, compressed = true) {
      if (!isPrivateScalar(privateKey)) return undefined;
      return secp256k1.getPublicKey(privateKey, compressed);
    },
    convertPublicKey: (publicKey, compressed = true) => pointOf(publicKey)?.toBytes(compressed),
    negatePrivateKey(key) {
      return isPrivateScalar(key) ? bytesFromScalar(GROUP_ORDER - scalarFromBytes(key)) : undefined;
    },
    addToPrivateKey(key, tweak) {
      if (!isPrivateScalar(key) || !isTweak(tweak)) return undefined;
      const sum = bytesFromScalar((scalarFromBytes(key) + scalarFromBytes(tweak)) % GROUP_ORDER);
      return isPrivateScalar(sum) ? sum : undefined;
    },
    addToPublicKey: (key, tweak) => sumOf(pointOf(key), tweak)?.toBytes(true),
    addToXOnlyKey(key, tweak) {
      if (key.length !== 32) return undefined;
      const sum = sumOf(pointOf(liftedX(key)), tweak)?.toBytes(true);
      return sum && { key: sum.subarray(1), parity: sum[0] === 2 ? 0 : 1 };
    },

    signEcdsa(hash, privateKey, entropy) {
      if (hash.length !== 32 || !isPrivateScalar(privateKey)) return undefined;
      if (entropy !== undefined && entropy.length !== 32) return undefined;
      const options = { ...SIGNED, extraEntropy: entropy ?? false };
      const signed = secp256k1.sign(hash, privateKey, options);
      return { signature: signed.subarray(1), recoveryId: signed[0] as number };
    },
    verifyEcdsa(hash, signature, publicKey) {
      if (hash.length !== 32 || !isCompactSignature(signature)) return false;
      const common = isPublicKeyLength(publicKey) ? withoutHybridForm(publicKey) : undefined;
      return common !== undefined && secp256k1.verify(signature, hash, common, VERIFIED);
    },
    recoverEcdsa(hash, signature, recoveryId, compressed = true) {
      if (hash.length !== 32 || !isCompactSignature(signature)) return undefined;
      if (!Number.isInteger(recoveryId) || recoveryId < 0 || recoveryId > 3) return undefined;
      return orUndefined(() =>
        Signature.fromBytes(signature, 'compact')
          .addRecoveryBit(recoveryId)
          .recoverPublicKey(hash)
          .toBytes(compressed),
      );
    },

    signSchnorr(hash, privateKey, auxiliary) {
      if (hash.length !== 32 || auxiliary.length !== 32) return undefined;
      return isPrivateScalar(privateKey) ? schnorr.sign(hash, privateKey, auxiliary) : undefined;
    },
    verifySchnorr(hash, signature, key) {
      if (hash.length !== 32 || signature.length !== 64 || key.length !== 32) return false;
      return schnorr.verify(signature, hash, key);
    },
  };
}

function orUndefined<T>(calculate: () => T): T | undefined {
  try {
    return calculate();
  } catch {
    return undefined;
  }
}
