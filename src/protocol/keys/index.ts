export {
  decodeBase58,
  decodeBase58Check,
  encodeBase58,
  encodeBase58Check,
} from './base58check.ts';
export type { KeyContainer, PointForm, StoredPrivateKey } from './ec-key-der.ts';
export {
  deriveChild,
  derivePath,
  type ExtendedKey,
  type ExtendedPrivateKey,
  type ExtendedPublicKey,
  fingerprint,
  masterKeyFromSeed,
  neuter,
} from './extended-key.ts';
export {
  decodeExtendedKey,
  type ExtendedKeyPrefixes,
  encodeExtendedKey,
} from './extended-key-text.ts';
export { KeyError, type KeyErrorCode } from './key-error.ts';
export { formatPath, HARDENED, parsePath } from './key-path.ts';
export { entropyFromMnemonic, mnemonicFromEntropy, seedFromMnemonic } from './mnemonic.ts';
export { decodePem, encodePrivateKeyPem, encodePublicKeyPem, type PemKey } from './pem.ts';
export { type PrivateKey, publicKeyOf } from './private-key.ts';
export { decodeWif, encodeWif } from './wif.ts';
