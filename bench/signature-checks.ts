import { curve } from '#curve';
import { Reader } from '../src/protocol/bytes/reader.ts';
import type { Writer } from '../src/protocol/bytes/writer.ts';
import type { Transaction, TxOut } from '../src/protocol/primitives/transaction.ts';
import { MANDATORY_SCRIPT_FLAGS } from '../src/protocol/script/flags.ts';
import type { SignatureVerifier } from '../src/protocol/script/machine/input-checker.ts';
import { verifyInput } from '../src/protocol/script/verify-input.ts';

/** What no implementation can do without: whether this signature of this hash is by this key. */
export interface SignatureCheck {
  readonly kind: 'ecdsa' | 'schnorr';
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
  readonly key: Uint8Array;
  /** A multisig tries signatures with keys that they are not by. */
  readonly isValid: boolean;
}

/** Verifies a transaction, and answers with the checks that this really took, in their order. */
export function checksOf(
  tx: Transaction,
  spentOutputs: readonly TxOut[],
): readonly SignatureCheck[] {
  const checks: SignatureCheck[] = [];
  const verifier: SignatureVerifier = {
    verifyEcdsa(hash, signature, key) {
      const isValid = curve.verifyEcdsa(hash, signature, key);
      checks.push({ kind: 'ecdsa', hash, signature, key, isValid });
      return isValid;
    },
    verifySchnorr(hash, signature, key) {
      const isValid = curve.verifySchnorr(hash, signature, key);
      checks.push({ kind: 'schnorr', hash, signature, key, isValid });
      return isValid;
    },
  };
  tx.inputs.forEach((_, i) => {
    verifyInput(tx, i, spentOutputs, MANDATORY_SCRIPT_FLAGS, verifier);
  });
  return checks;
}

/** Runs a check. The answer is known; any other would make the measurement one of something else. */
export function runCheck({ kind, hash, signature, key, isValid }: SignatureCheck): void {
  const answer =
    kind === 'ecdsa'
      ? curve.verifyEcdsa(hash, signature, key)
      : curve.verifySchnorr(hash, signature, key);
  if (answer !== isValid) throw new Error('a signature check came out differently');
}

export function writeCheck(writer: Writer, check: SignatureCheck): void {
  writer.u8((check.kind === 'ecdsa' ? 0 : 1) + (check.isValid ? 2 : 0));
  writer.bytes(check.hash);
  writer.bytes(check.signature);
  writer.varBytes(check.key);
}

export function decodeChecks(bytes: Uint8Array): readonly SignatureCheck[] {
  const reader = new Reader(bytes);
  const checks: SignatureCheck[] = [];
  while (reader.remaining > 0) {
    const bits = reader.u8();
    const kind = (bits & 1) === 0 ? 'ecdsa' : 'schnorr';
    // Arrays of their own, as verification makes them.
    const [hash, signature] = [reader.bytes(32).slice(), reader.bytes(64).slice()];
    const key = reader.varBytes().slice();
    checks.push({ kind, hash, signature, key, isValid: (bits & 2) !== 0 });
  }
  return checks;
}
