/** Descriptors with and without the private keys of their keys. */
import { ByteMap } from '../../bytes/byte-map.ts';
import { type Descriptor, keysOf, mapKeys } from './descriptor.ts';
import type { KeyExpression } from './key-expression.ts';

/** The private key of a public one, given as it stands in the descriptor (33 or 65 bytes). */
export type PrivateKeyLookup = (publicKey: Uint8Array) => Uint8Array | undefined;

/**
 * A descriptor with the private keys that somebody knows: for a key with a path, that of its root.
 *
 * @example
 * withPrivateKeys(descriptor, (publicKey) => keyStore.get(publicKey))
 */
export function withPrivateKeys<D extends Descriptor>(descriptor: D, lookup: PrivateKeyLookup): D {
  return mapKeys(descriptor, (key) => {
    const privateKey = key.privateKey ?? findPrivateKey(key, lookup);
    return privateKey === undefined ? key : { ...key, privateKey };
  });
}

/**
 * A descriptor for those who may watch and not spend.
 *
 * @example
 * hasPrivateKeys(withoutPrivateKeys(descriptor)) // false
 */
export function withoutPrivateKeys<D extends Descriptor>(descriptor: D): D {
  return mapKeys(descriptor, (key) => ({ ...key, privateKey: undefined }));
}

/**
 * Lets keys that share a root share its private key, as those of one descriptor do in Bitcoin Core:
 * of `multi(2,xprv…/0h,xpub…/1h)` both can be found.
 */
export function sharePrivateKeys(descriptors: readonly Descriptor[]): readonly Descriptor[] {
  const known = new ByteMap<Uint8Array>();
  for (const key of descriptors.flatMap(keysOf)) {
    if (key.privateKey !== undefined) known.set(publicKeyOfRoot(key), key.privateKey);
  }
  if (known.size === 0) return descriptors;
  return descriptors.map((descriptor) =>
    withPrivateKeys(descriptor, (publicKey) => known.get(publicKey)),
  );
}

function findPrivateKey(key: KeyExpression, lookup: PrivateKeyLookup): Uint8Array | undefined {
  const publicKey = publicKeyOfRoot(key);
  const found = lookup(publicKey);
  if (found !== undefined || key.kind === 'derived' || !key.xOnly) return found;
  // The x coordinate belongs to two points, and the private key may be that of the odd one.
  const other = Uint8Array.from(publicKey);
  other[0] = (publicKey[0] as number) ^ 1;
  return lookup(other);
}

function publicKeyOfRoot(key: KeyExpression): Uint8Array {
  return key.kind === 'constant' ? key.publicKey : key.root.publicKey;
}
