export { curve, curveBackend, loadCurve } from '#curve';
export { chaCha20KeyStream } from './chacha20.ts';
export { CurveBackendError } from './curve/backend-error.ts';
export type {
  Curve,
  CurveBackend,
  RecoverableSignature,
  TweakedKey,
} from './curve/curve.ts';
export { encodeDer, isLowS, parseDerLax } from './ecdsa-signature.ts';
export {
  decodeGolombCodedSet,
  encodeGolombCodedSet,
  golombCodedSetHas,
  golombCodedSetHasAny,
} from './golomb-coded-set.ts';
export {
  hash160,
  hmacSha512,
  ripemd160,
  sha1,
  sha256,
  sha256d,
  sha512,
  taggedHash,
} from './hash.ts';
export {
  EMPTY_MUHASH,
  type MuHash,
  muHashCombine,
  muHashDigest,
  muHashInsert,
  muHashRemove,
} from './muhash.ts';
export { signEcdsaLowR } from './sign-low-r.ts';
export { sipHash } from './siphash.ts';
