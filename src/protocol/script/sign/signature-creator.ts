/** Where signatures come from: a private key, or, to know how long they will be, nowhere. */
import { curve } from '#curve';
import { encodeDer } from '../../crypto/ecdsa-signature.ts';
import { signEcdsaLowR } from '../../crypto/sign-low-r.ts';
import { isMoney } from '../../primitives/amount.ts';
import type { TxOut } from '../../primitives/transaction.ts';
import type { SignatureVerifier } from '../machine/input-checker.ts';
import { meetsLockTime, meetsSequence } from '../machine/lock-time.ts';
import { SIGHASH_ALL, SIGHASH_DEFAULT } from '../signature-hash/hash-type.ts';
import { legacySignatureHash } from '../signature-hash/legacy.ts';
import { segwitV0SignatureHash } from '../signature-hash/segwit-v0.ts';
import { taprootSignatureHash } from '../signature-hash/taproot.ts';
import { taprootPrivateKey } from '../taproot.ts';
import { byXOnlyKey, type SigningProvider } from './signing-provider.ts';
import { type InputScripts, inputFailure, type SpentCoins } from './spent-coins.ts';

/** What a signature in Taproot is for: the key that a tree was mixed into, a bare key, or a leaf. */
type SchnorrPurpose =
  | { readonly kind: 'tweaked-key'; readonly merkleRoot: Uint8Array | undefined }
  | { readonly kind: 'output-key' }
  | { readonly kind: 'leaf'; readonly leafHash: Uint8Array };

/** Makes the signatures of one input. Each method answers undefined where it cannot. */
export interface SignatureCreator {
  /** With its hash type behind it. */
  ecdsa(
    provider: SigningProvider,
    keyHash: Uint8Array,
    scriptCode: Uint8Array,
    version: 'legacy' | 'segwit-v0',
  ): Uint8Array | undefined;
  schnorr(
    provider: SigningProvider,
    key: Uint8Array,
    purpose: SchnorrPurpose,
  ): Uint8Array | undefined;
  /** Whether the input says that what it spends is this old (BIP112). */
  older(age: number): boolean;
  /** Whether the transaction says that it is this late (BIP65). */
  after(time: number): boolean;
  /** Whether the scripts allow the spend. */
  accepts(scripts: InputScripts): boolean;
}

/** BIP340 mixes randomness in; zeros, as Bitcoin Core has it, make the signature the same each time. */
const NO_RANDOMNESS = new Uint8Array(32);

/** Signs an input that spends this output. */
export function inputSigner(
  coins: SpentCoins,
  inputIndex: number,
  output: TxOut,
  hashType: number,
): SignatureCreator {
  // Before Taproot there is no such thing as a default.
  const ecdsaHashType = hashType === SIGHASH_DEFAULT ? SIGHASH_ALL : hashType;
  return {
    ...locksOf(coins, inputIndex),
    ecdsa(provider, keyHash, scriptCode, version) {
      const key = provider.privateKey(keyHash);
      if (key === undefined) return undefined;
      if (version === 'segwit-v0' && !(key.compressed && isMoney(output.value))) return undefined;
      const hash =
        version === 'legacy'
          ? legacySignatureHash(coins.spend, inputIndex, scriptCode, ecdsaHashType)
          : segwitV0SignatureHash(coins.spend, inputIndex, scriptCode, output.value, ecdsaHashType);
      const signature = signEcdsaLowR(hash, key.privateKey);
      return signature && Uint8Array.of(...encodeDer(signature), ecdsaHashType);
    },
    schnorr(provider, key, purpose) {
      const found = byXOnlyKey(key, (hash) => provider.privateKey(hash));
      if (found === undefined || !coins.complete) return undefined;
      const leafHash = purpose.kind === 'leaf' ? purpose.leafHash : undefined;
      const hash = taprootSignatureHash(coins.spend, inputIndex, hashType, { leafHash });
      const privateKey =
        purpose.kind === 'tweaked-key'
          ? taprootPrivateKey(found.privateKey, purpose.merkleRoot)
          : found.privateKey;
      if (hash === undefined || privateKey === undefined) return undefined;
      const signature = curve.signSchnorr(hash, privateKey, NO_RANDOMNESS);
      if (signature === undefined || hashType === SIGHASH_DEFAULT) return signature;
      return Uint8Array.of(...signature, hashType);
    },
    accepts: (scripts) => inputFailure(coins, inputIndex, scripts, output, curve) === undefined,
  };
}

function locksOf(
  { spend }: SpentCoins,
  inputIndex: number,
): Pick<SignatureCreator, 'older' | 'after'> {
  const { tx } = spend;
  const input = spend.inputAt(inputIndex);
  return {
    older: (age) => meetsSequence(tx, input, age),
    after: (time) => meetsLockTime(tx, input, time),
  };
}

const TRUSTING: SignatureVerifier = {
  verifyEcdsa: () => true,
  verifySchnorr: () => true,
  ignoresLocks: true,
};
/** As long as a low one in DER is at most, and sound in form. */
const DUMMY_ECDSA = dummyEcdsa();
const DUMMY_SCHNORR = new Uint8Array(64);

/**
 * Signs with nothing, for any key and at any time: to find out whether only signatures are missing, and how
 * long all will be.
 */
export function dummySigner(
  coins: SpentCoins,
  inputIndex: number,
  output: TxOut,
): SignatureCreator {
  return {
    older: () => true,
    after: () => true,
    ecdsa: () => DUMMY_ECDSA,
    schnorr: () => DUMMY_SCHNORR,
    accepts: (scripts) =>
      inputFailure({ ...coins, complete: true }, inputIndex, scripts, output, TRUSTING) ===
      undefined,
  };
}

function dummyEcdsa(): Uint8Array {
  const compact = new Uint8Array(64);
  compact[0] = 1;
  compact[32] = 1;
  return Uint8Array.of(...encodeDer(compact), SIGHASH_ALL);
}
