/** By what the fields of a PSBT are told apart, and ordered. */
import { compareBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { hash160 } from '../crypto/hash.ts';
import { compareLeaves } from '../script/sign/sign-taproot.ts';
import type {
  KeyPath,
  KeySignature,
  TapKeyPath,
  TapLeafScript,
  TapScriptSignature,
} from '../script/sign/signature-data.ts';
import type { GlobalXpub, Preimage, ProprietaryField, UnknownField } from './psbt.ts';

export const signatureKey = ({ publicKey }: KeySignature): Uint8Array => hash160(publicKey);
export const keyPathKey = ({ publicKey }: KeyPath): Uint8Array => publicKey;
export const preimageKey = ({ hash }: Preimage): Uint8Array => hash;
export const tapSignatureKey = ({ key, leafHash }: TapScriptSignature): Uint8Array =>
  concatBytes(key, leafHash);
export const tapKeyPathKey = ({ key }: TapKeyPath): Uint8Array => key;
export const fieldKey = ({ key }: ProprietaryField | UnknownField): Uint8Array => key;

const CHAIN_CODE_AT = 13;
const PUBLIC_KEY_AT = 45;

/** An extended key is its public key and its chain code; depth and version do not tell two apart. */
export function xpubIdentity({ xpub }: Pick<GlobalXpub, 'xpub'>): Uint8Array {
  return concatBytes(xpub.subarray(PUBLIC_KEY_AT), xpub.subarray(CHAIN_CODE_AT, PUBLIC_KEY_AT));
}

/** By origin first: fingerprint, length of the path, path. */
function compareXpubs(a: GlobalXpub, b: GlobalXpub): number {
  const { fingerprint: fingerprintA, path: pathA } = a.origin;
  const { fingerprint: fingerprintB, path: pathB } = b.origin;
  const byOrigin = compareBytes(fingerprintA, fingerprintB) || pathA.length - pathB.length;
  if (byOrigin !== 0) return byOrigin;
  for (const [i, step] of pathA.entries()) {
    const difference = step - (pathB[i] as number);
    if (difference !== 0) return difference;
  }
  return compareBytes(xpubIdentity(a), xpubIdentity(b));
}

/** Extended keys of two sources, in order. */
export function unitedXpubs(
  a: readonly GlobalXpub[],
  b: readonly GlobalXpub[],
): readonly GlobalXpub[] {
  const all = [...a, ...b].sort(compareXpubs);
  return all.filter((xpub, i) => i === 0 || compareXpubs(xpub, all[i - 1] as GlobalXpub) !== 0);
}

/** Leaves of two sources, in order. Of a leaf that both have, the first one's control blocks stay. */
export function unitedLeafScripts(
  a: readonly TapLeafScript[],
  b: readonly TapLeafScript[],
): readonly TapLeafScript[] {
  if (b.length === 0) return a;
  const all = [...a, ...b].sort(compareLeaves);
  return all.filter((leaf, i) => i === 0 || compareLeaves(leaf, all[i - 1] as TapLeafScript) !== 0);
}
