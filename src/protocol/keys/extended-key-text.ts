/** The text form of BIP32 keys: `xpub…`, `xprv…`, and `tpub…`, `tprv…` on test networks. */
import { curve } from '#curve';
import { concatBytes } from '../bytes/concat.ts';
import { decodeBase58Check, encodeBase58Check } from './base58check.ts';
import type { ExtendedKey, ExtendedPrivateKey, ExtendedPublicKey } from './extended-key.ts';
import { KeyError } from './key-error.ts';
import { checkPrivateKey, publicKeyOf } from './private-key.ts';

/** The version numbers by which a chain marks its BIP32 keys, big-endian. */
export interface ExtendedKeyPrefixes {
  readonly extendedPublic: number;
  readonly extendedPrivate: number;
}

/** Version, depth, parent's fingerprint, child number, chain code, key. */
const LENGTH = 4 + 1 + 4 + 4 + 32 + 33;

/**
 * A BIP32 key as text.
 *
 * @example
 * encodeExtendedKey(neuter(key), { extendedPublic: 0x0488b21e, extendedPrivate: 0x0488ade4 })
 * // 'xpub…'
 */
export function encodeExtendedKey(key: ExtendedKey, prefixes: ExtendedKeyPrefixes): string {
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, key.kind === 'private' ? prefixes.extendedPrivate : prefixes.extendedPublic);
  view.setUint8(4, key.depth);
  head.set(key.parentFingerprint, 5);
  view.setUint32(9, key.childNumber);
  const body =
    key.kind === 'private' ? concatBytes(Uint8Array.of(0), key.privateKey) : key.publicKey;
  return encodeBase58Check(concatBytes(head, key.chainCode, body));
}

/**
 * A BIP32 key from its text, private or public as the text says. Refused are all the malformed keys
 * of BIP32's test vector 5.
 *
 * @example
 * decodeExtendedKey('xprv…', prefixes).kind // 'private'
 */
export function decodeExtendedKey(text: string, prefixes: ExtendedKeyPrefixes): ExtendedKey {
  const bytes = decodeBase58Check(text, LENGTH);
  if (bytes.length !== LENGTH) {
    throw new KeyError('bad-length', `a BIP32 key has ${LENGTH} bytes, and not ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = kindOf(view.getUint32(0), prefixes);
  const fields = {
    depth: view.getUint8(4),
    parentFingerprint: bytes.slice(5, 9),
    childNumber: view.getUint32(9),
    chainCode: bytes.slice(13, 45),
  };
  if (fields.depth === 0) checkMaster(view.getUint32(5), fields.childNumber);
  const key = bytes.slice(45);
  return kind === 'private'
    ? { kind, ...fields, ...privateBody(key) }
    : { kind, ...fields, publicKey: publicBody(key) };
}

function kindOf(version: number, prefixes: ExtendedKeyPrefixes): ExtendedKey['kind'] {
  if (version === prefixes.extendedPrivate) return 'private';
  if (version === prefixes.extendedPublic) return 'public';
  const name = (value: number) => `0x${value.toString(16).padStart(8, '0')}`;
  throw new KeyError(
    'wrong-prefix',
    `this BIP32 key begins with ${name(version)}; those of this chain begin with ${name(prefixes.extendedPublic)} (public) or ${name(prefixes.extendedPrivate)} (private)`,
  );
}

function checkMaster(parentFingerprint: number, childNumber: number): void {
  const extra = parentFingerprint !== 0 ? 'a parent' : childNumber !== 0 ? 'a child number' : '';
  if (extra !== '') {
    throw new KeyError(
      'bad-master-key',
      `a BIP32 key of depth 0 is a master key, but has ${extra}`,
    );
  }
}

function privateBody(body: Uint8Array): Pick<ExtendedPrivateKey, 'privateKey' | 'publicKey'> {
  if (body[0] !== 0) {
    throw new KeyError(
      'bad-private-key',
      `the private key of a BIP32 key has the byte ${body[0]} in front; it must be 0`,
    );
  }
  const privateKey = body.slice(1);
  checkPrivateKey(privateKey);
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}

function publicBody(body: Uint8Array): ExtendedPublicKey['publicKey'] {
  if (body[0] !== 2 && body[0] !== 3) {
    throw new KeyError(
      'bad-public-key',
      `the public key of a BIP32 key has the byte ${body[0]} in front; it must be 2 or 3`,
    );
  }
  if (!curve.isPublicKey(body)) {
    throw new KeyError(
      'bad-public-key',
      'the public key of this BIP32 key is no point of secp256k1',
    );
  }
  return body;
}
