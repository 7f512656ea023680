/**
 * The form of signatures and public keys. OpenSSL read far more forms than one, so that signatures
 * could be changed by anyone without becoming invalid; since BIP66 there is one.
 */
import { isLowS, parseDerLax } from '../../crypto/ecdsa-signature.ts';
import { DERSIG, LOW_S, STRICTENC, WITNESS_PUBKEYTYPE } from '../flags.ts';
import { ScriptError } from '../script-error.ts';
import { SIGHASH_ALL, SIGHASH_ANYONECANPAY, SIGHASH_SINGLE } from '../signature-hash/hash-type.ts';
import type { ScriptVersion } from './machine.ts';

/** Fails if a signature, with its hash type, has a form that the flags forbid. An empty one has none. */
export function checkSignatureEncoding(signature: Uint8Array, flags: number): void {
  if (signature.length === 0) return;
  if ((flags & (DERSIG | LOW_S | STRICTENC)) !== 0 && !isStrictDer(signature)) {
    throw new ScriptError('SIG_DER');
  }
  if ((flags & LOW_S) !== 0 && !hasLowS(signature)) throw new ScriptError('SIG_HIGH_S');
  if ((flags & STRICTENC) !== 0 && !hasDefinedHashType(signature)) {
    throw new ScriptError('SIG_HASHTYPE');
  }
}

/** Fails if a public key has a form that the flags forbid. */
export function checkPublicKeyEncoding(
  key: Uint8Array,
  flags: number,
  version: ScriptVersion,
): void {
  const compressed = key.length === 33 && (key[0] === 2 || key[0] === 3);
  if ((flags & STRICTENC) !== 0 && !compressed && !(key.length === 65 && key[0] === 4)) {
    throw new ScriptError('PUBKEYTYPE');
  }
  if ((flags & WITNESS_PUBKEYTYPE) !== 0 && version === 'segwit-v0' && !compressed) {
    throw new ScriptError('WITNESS_PUBKEYTYPE');
  }
}

/**
 * BIP66: `30 length 02 length r 02 length s`, and the hash type. No number is negative, and none has
 * a zero in front but to keep it from being so.
 */
export function isStrictDer(signature: Uint8Array): boolean {
  const { length } = signature;
  if (length < 9 || length > 73) return false;
  if (signature[0] !== 0x30 || signature[1] !== length - 3) return false;
  const rLength = signature[3] as number;
  if (rLength + 5 >= length) return false;
  const sLength = signature[rLength + 5] as number;
  if (rLength + sLength + 7 !== length) return false;
  return isStrictInteger(signature, 2, rLength) && isStrictInteger(signature, rLength + 4, sLength);
}

function isStrictInteger(signature: Uint8Array, at: number, length: number): boolean {
  if (signature[at] !== 0x02 || length === 0) return false;
  const first = signature[at + 2] as number;
  if (first >= 0x80) return false;
  return first !== 0 || length === 1 || (signature[at + 3] as number) >= 0x80;
}

function hasLowS(signature: Uint8Array): boolean {
  const compact = parseDerLax(signature.subarray(0, signature.length - 1));
  return compact !== undefined && isLowS(compact);
}

function hasDefinedHashType(signature: Uint8Array): boolean {
  const outputs = (signature[signature.length - 1] as number) & ~SIGHASH_ANYONECANPAY;
  return outputs >= SIGHASH_ALL && outputs <= SIGHASH_SINGLE;
}
