/**
 * BIP32: keys that have children. A private key leads to all of its descendants; a public key to
 * those that are not hardened.
 */
import { curve } from '#curve';
import { hash160, hmacSha512 } from '../crypto/hash.ts';
import { KeyError } from './key-error.ts';
import { HARDENED, parsePath } from './key-path.ts';
import { checkPrivateKey, publicKeyOf } from './private-key.ts';

/** Where a key stands in its tree. */
interface ExtendedKeyFields {
  /** How many steps it is away from the master key. */
  readonly depth: number;
  /** The first four bytes of the parent's HASH160; zeros for a master key. */
  readonly parentFingerprint: Uint8Array;
  /** Which child of its parent it is; hardened from 2^31 up. */
  readonly childNumber: number;
  /** 32 bytes that make the children unpredictable for those who know the key alone. */
  readonly chainCode: Uint8Array;
  /** Compressed. */
  readonly publicKey: Uint8Array;
}

export interface ExtendedPublicKey extends ExtendedKeyFields {
  readonly kind: 'public';
}

export interface ExtendedPrivateKey extends ExtendedKeyFields {
  readonly kind: 'private';
  readonly privateKey: Uint8Array;
}

export type ExtendedKey = ExtendedPublicKey | ExtendedPrivateKey;

const MASTER_SECRET = new TextEncoder().encode('Bitcoin seed');
const NO_PARENT = new Uint8Array(4);
const MAX_DEPTH = 255;
const MIN_SEED_LENGTH = 16;
const MAX_SEED_LENGTH = 64;

/**
 * The master key of a seed of 16 to 64 bytes.
 *
 * @example
 * masterKeyFromSeed(seedFromMnemonic(words))
 */
export function masterKeyFromSeed(seed: Uint8Array): ExtendedPrivateKey {
  if (seed.length < MIN_SEED_LENGTH || seed.length > MAX_SEED_LENGTH) {
    throw new KeyError(
      'bad-seed',
      `a seed of ${seed.length} bytes; BIP32 wants ${MIN_SEED_LENGTH} to ${MAX_SEED_LENGTH}`,
    );
  }
  const digest = hmacSha512(MASTER_SECRET, seed);
  const privateKey = digest.slice(0, 32);
  checkPrivateKey(privateKey);
  return {
    kind: 'private',
    depth: 0,
    parentFingerprint: NO_PARENT,
    childNumber: 0,
    chainCode: digest.slice(32),
    publicKey: publicKeyOf(privateKey),
    privateKey,
  };
}

/**
 * A child of a key: private of a private one, public of a public one. Numbers from 2^31 up are
 * hardened, and only a private key has such children.
 *
 * @example
 * deriveChild(masterKey, HARDENED + 84)
 */
export function deriveChild<K extends ExtendedKey>(key: K, childNumber: number): K;
export function deriveChild(key: ExtendedKey, childNumber: number): ExtendedKey {
  checkChild(key, childNumber);
  const digest = hmacSha512(key.chainCode, childData(key, childNumber));
  const tweak = digest.subarray(0, 32);
  const fields = {
    depth: key.depth + 1,
    parentFingerprint: fingerprint(key),
    childNumber,
    chainCode: digest.slice(32),
  };
  if (key.kind === 'private') {
    const privateKey = curve.addToPrivateKey(key.privateKey, tweak);
    if (privateKey === undefined) throw noSuchChild(childNumber);
    return { kind: 'private', ...fields, publicKey: publicKeyOf(privateKey), privateKey };
  }
  const publicKey = curve.addToPublicKey(key.publicKey, tweak);
  if (publicKey === undefined) throw noSuchChild(childNumber);
  return { kind: 'public', ...fields, publicKey };
}

/**
 * The descendant at the end of a path, given as text or as child numbers.
 *
 * @example
 * derivePath(masterKey, "m/84h/0h/0h/0/0")
 */
export function derivePath<K extends ExtendedKey>(key: K, path: string | readonly number[]): K {
  const steps = typeof path === 'string' ? parsePath(path) : path;
  return steps.reduce<K>((parent, childNumber) => deriveChild(parent, childNumber), key);
}

/**
 * The public half of a key: what a wallet gives away that only watches.
 *
 * @example
 * neuter(accountKey) // { kind: 'public', … }
 */
export function neuter(key: ExtendedKey): ExtendedPublicKey {
  const { depth, parentFingerprint, childNumber, chainCode, publicKey } = key;
  return { kind: 'public', depth, parentFingerprint, childNumber, chainCode, publicKey };
}

/** The four bytes by which children name their parent, and descriptors and PSBTs a key's origin. */
export function fingerprint(key: ExtendedKey): Uint8Array {
  return hash160(key.publicKey).slice(0, 4);
}

function checkChild(key: ExtendedKey, childNumber: number): void {
  if (!Number.isInteger(childNumber) || childNumber < 0 || childNumber > 0xffffffff) {
    throw new KeyError(
      'bad-path',
      `${childNumber} is no child number; they are whole and go from 0 to 4294967295`,
    );
  }
  if (key.kind === 'public' && childNumber >= HARDENED) {
    throw new KeyError(
      'needs-private-key',
      `child ${childNumber - HARDENED}h is hardened, and cannot be found from a public key`,
    );
  }
  if (key.depth >= MAX_DEPTH) {
    throw new KeyError('bad-path', `a key at depth ${MAX_DEPTH} cannot have children`);
  }
}

/** What goes into the HMAC: the parent's private key where hardened, its public key where not. */
function childData(key: ExtendedKey, childNumber: number): Uint8Array {
  const data = new Uint8Array(37);
  if (childNumber >= HARDENED && key.kind === 'private') data.set(key.privateKey, 1);
  else data.set(key.publicKey);
  new DataView(data.buffer).setUint32(33, childNumber);
  return data;
}

function noSuchChild(childNumber: number): KeyError {
  return new KeyError(
    'no-such-child',
    `child ${childNumber} has no key: BIP32 says to take the next number`,
  );
}
