/** The keys that a key expression leads to. */

import { hash160 } from '../../crypto/hash.ts';
import {
  derivePath,
  type ExtendedKey,
  type ExtendedPrivateKey,
  fingerprint,
} from '../../keys/extended-key.ts';
import { KeyError } from '../../keys/key-error.ts';
import { HARDENED } from '../../keys/key-path.ts';
import { DescriptorError } from './descriptor-error.ts';
import type { DerivedKey, KeyExpression, KeyOrigin } from './key-expression.ts';

/** A key at one index of a descriptor: what signers and PSBTs know of it. */
export interface ExpandedKey {
  /** 33 or 65 bytes. In Taproot its x coordinate is used, and y is even where it was not known. */
  readonly publicKey: Uint8Array;
  /** The first key on the way to it that is known: by four bytes, and the steps from there. */
  readonly origin: KeyOrigin;
  readonly privateKey: Uint8Array | undefined;
}

/**
 * The keys at the end of paths, before the index: a wallet expands the same descriptor a thousand
 * times over. They live as long as the expressions that they belong to.
 */
const parents = new WeakMap<DerivedKey, ExtendedKey>();

/**
 * The key of an expression at an index, which only keys with a wildcard look at.
 *
 * @example
 * deriveKey(key, 7).origin.path // [2147483732, 2147483648, 2147483648, 0, 7]
 */
export function deriveKey(key: KeyExpression, index: number): ExpandedKey {
  if (key.kind === 'constant') {
    const { publicKey, privateKey } = key;
    const origin = key.origin ?? { fingerprint: hash160(publicKey).slice(0, 4), path: [] };
    return { publicKey, origin, privateKey };
  }
  const parent = parentOf(key);
  const steps = lastSteps(key, index);
  const child = derive(() => derivePath(parent, steps));
  return {
    publicKey: child.publicKey,
    origin: originOf(key, [...key.path, ...steps]),
    privateKey: child.kind === 'private' ? child.privateKey : undefined,
  };
}

/** Where the key at the end of these steps from the root comes from. */
export function originOf(key: DerivedKey, steps: readonly number[]): KeyOrigin {
  return key.origin === undefined
    ? { fingerprint: fingerprint(key.root), path: steps }
    : { fingerprint: key.origin.fingerprint, path: [...key.origin.path, ...steps] };
}

/** The descendant of a root, private where the private key is known. */
export function deriveFromRoot(key: DerivedKey, steps: readonly number[]): ExtendedKey {
  return derive(() => derivePath(rootOf(key), steps));
}

function parentOf(key: DerivedKey): ExtendedKey {
  let parent = parents.get(key);
  if (parent === undefined) {
    parent = deriveFromRoot(key, key.path);
    parents.set(key, parent);
  }
  return parent;
}

function rootOf(key: DerivedKey): ExtendedKey {
  if (key.privateKey === undefined) return key.root;
  const root: ExtendedPrivateKey = { ...key.root, kind: 'private', privateKey: key.privateKey };
  return root;
}

function lastSteps(key: DerivedKey, index: number): readonly number[] {
  if (key.wildcard === 'none') return [];
  return [key.wildcard === 'hardened' ? index + HARDENED : index];
}

function derive(run: () => ExtendedKey): ExtendedKey {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    if (error.code === 'needs-private-key') {
      throw new DescriptorError('needs-private-key', 'Cannot derive script without private keys');
    }
    throw new DescriptorError('no-such-key', `There is no key here: ${error.message}`);
  }
}
