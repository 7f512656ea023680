import type { Curve } from '../../crypto/curve/curve.ts';
import { parseDerLax } from '../../crypto/ecdsa-signature.ts';
import type { Transaction, TxIn } from '../../primitives/transaction.ts';
import { ScriptError } from '../script-error.ts';
import { SIGHASH_DEFAULT } from '../signature-hash/hash-type.ts';
import { legacySignatureHash } from '../signature-hash/legacy.ts';
import { segwitV0SignatureHash } from '../signature-hash/segwit-v0.ts';
import type { Spend } from '../signature-hash/spend.ts';
import { type TaprootExtension, taprootSignatureHash } from '../signature-hash/taproot.ts';
import { hasPublicKeySize } from '../templates.ts';

/**
 * Where every signature of every script is checked in the end: the curve itself, or whatever stands
 * before it, such as a memory of signatures that have been checked already.
 */
export interface SignatureVerifier extends Pick<Curve, 'verifyEcdsa' | 'verifySchnorr'> {
  /** Whether lock times count as met, too: for who only wants to know how large a spend will be. */
  readonly ignoresLocks?: true;
}

/** BIP340 signatures have this size, and a byte more with a hash type. */
const SCHNORR_SIZE = 64;

const NO_SCRIPT = new Uint8Array(0);

/** Answers what the scripts of one input ask about the transaction that they are run for. */
export class InputChecker {
  readonly tx: Transaction;
  readonly input: TxIn;
  readonly ignoresLocks: boolean;
  readonly #spend: Spend;
  readonly #inputIndex: number;
  readonly #verifier: SignatureVerifier;

  // The keys of a multisig all sign the same, and it is hashed once for all of them.
  #hash: Uint8Array | undefined;
  #hashedScript: Uint8Array = NO_SCRIPT;
  #hashedType = 0;

  constructor(spend: Spend, inputIndex: number, verifier: SignatureVerifier) {
    this.tx = spend.tx;
    this.input = spend.inputAt(inputIndex);
    this.ignoresLocks = verifier.ignoresLocks === true;
    this.#spend = spend;
    this.#inputIndex = inputIndex;
    this.#verifier = verifier;
  }

  /** Whether a signature with its hash type behind it is one of this key for this script. */
  checkEcdsa(
    signature: Uint8Array,
    publicKey: Uint8Array,
    scriptCode: Uint8Array,
    version: 'legacy' | 'segwit-v0',
  ): boolean {
    const end = signature.length - 1;
    if (end < 0 || !hasPublicKeySize(publicKey)) return false;
    const compact = parseDerLax(signature.subarray(0, end));
    if (compact === undefined) return false;
    const hash = this.#hashFor(scriptCode, signature[end] as number, version);
    return this.#verifier.verifyEcdsa(hash, compact, publicKey);
  }

  #hashFor(script: Uint8Array, hashType: number, version: 'legacy' | 'segwit-v0'): Uint8Array {
    if (
      this.#hash !== undefined &&
      script === this.#hashedScript &&
      hashType === this.#hashedType
    ) {
      return this.#hash;
    }
    const spend = this.#spend;
    const index = this.#inputIndex;
    const hash =
      version === 'legacy'
        ? legacySignatureHash(spend, index, script, hashType)
        : segwitV0SignatureHash(spend, index, script, spend.spentOutputAt(index).value, hashType);
    this.#hash = hash;
    this.#hashedScript = script;
    this.#hashedType = hashType;
    return hash;
  }

  /** Fails unless this is a signature, with or without a hash type, of this x-only key. */
  checkSchnorr(signature: Uint8Array, key: Uint8Array, extension: TaprootExtension): void {
    const { length } = signature;
    if (length !== SCHNORR_SIZE && length !== SCHNORR_SIZE + 1) {
      throw new ScriptError('SCHNORR_SIG_SIZE');
    }
    const hashType = signature[SCHNORR_SIZE] ?? SIGHASH_DEFAULT;
    // The default is the one that is left out; written down it would be a second form of the same.
    if (length > SCHNORR_SIZE && hashType === SIGHASH_DEFAULT) {
      throw new ScriptError('SCHNORR_SIG_HASHTYPE');
    }
    const hash = taprootSignatureHash(this.#spend, this.#inputIndex, hashType, extension);
    if (hash === undefined) throw new ScriptError('SCHNORR_SIG_HASHTYPE');
    const bare = length === SCHNORR_SIZE ? signature : signature.subarray(0, SCHNORR_SIZE);
    if (!this.#verifier.verifySchnorr(hash, bare, key)) throw new ScriptError('SCHNORR_SIG');
  }
}
