/** What a descriptor says, as data, and the questions that it answers by itself. */
import type { Miniscript } from '../miniscript/miniscript.ts';
import type { KeyExpression } from './key-expression.ts';

/** One key: `pk`, `pkh`, `wpkh` (BIP381, BIP382), `combo` (BIP384), and the output key `rawtr`. */
export interface KeyDescriptor<Kind extends string = 'pk' | 'pkh' | 'wpkh' | 'combo' | 'rawtr'> {
  readonly kind: Kind;
  readonly key: KeyExpression;
}

/** So many of these keys (BIP383, BIP387). The sorted kinds order the keys of each script. */
export interface MultisigDescriptor<
  Kind extends string = 'multi' | 'sortedmulti' | 'multi_a' | 'sortedmulti_a',
> {
  readonly kind: Kind;
  readonly threshold: number;
  readonly keys: readonly KeyExpression[];
}

/** A miniscript (BIP379) in `wsh` or in a leaf. Its own keys are positions in `keys`. */
export interface MiniscriptDescriptor {
  readonly kind: 'miniscript';
  readonly keys: readonly KeyExpression[];
  readonly node: Miniscript<number>;
}

/** The hash of a script: `sh`, `wsh` (BIP381, BIP382). */
export interface WrappedDescriptor {
  readonly kind: 'sh' | 'wsh';
  readonly inner: Descriptor;
}

/** Taproot: a key, and perhaps a tree of scripts (BIP386). */
export interface TaprootDescriptor {
  readonly kind: 'tr';
  readonly internalKey: KeyExpression;
  /** From left to right; their depths tell the shape of the tree. */
  readonly leaves: readonly DescriptorLeaf[];
}

export interface DescriptorLeaf {
  readonly depth: number;
  readonly descriptor: LeafDescriptor;
}

export type LeafDescriptor =
  | KeyDescriptor<'pk' | 'pkh'>
  | MultisigDescriptor<'multi_a' | 'sortedmulti_a'>
  | MiniscriptDescriptor;

/** An output that is known, while what spends it is not (BIP385). */
export interface AddressDescriptor {
  readonly kind: 'addr';
  readonly address: string;
  readonly script: Uint8Array;
}

export interface RawDescriptor {
  readonly kind: 'raw';
  readonly script: Uint8Array;
}

export type Descriptor =
  | KeyDescriptor
  | MultisigDescriptor
  | MiniscriptDescriptor
  | WrappedDescriptor
  | TaprootDescriptor
  | AddressDescriptor
  | RawDescriptor;

/**
 * All keys of a descriptor, in the order in which they are written.
 *
 * @example
 * keysOf(parseDescriptor('tr(A,{pk(B),pk(C)})', chain)) // [A, B, C]
 */
export function keysOf(descriptor: Descriptor): readonly KeyExpression[] {
  switch (descriptor.kind) {
    case 'sh':
    case 'wsh':
      return keysOf(descriptor.inner);
    case 'multi':
    case 'sortedmulti':
    case 'multi_a':
    case 'sortedmulti_a':
    case 'miniscript':
      return descriptor.keys;
    case 'tr':
      return [
        descriptor.internalKey,
        ...descriptor.leaves.flatMap((leaf) => keysOf(leaf.descriptor)),
      ];
    case 'addr':
    case 'raw':
      return [];
    default:
      return [descriptor.key];
  }
}

/** The same descriptor, with other keys. */
export function mapKeys<D extends Descriptor>(
  descriptor: D,
  change: (key: KeyExpression) => KeyExpression,
): D;
export function mapKeys(
  descriptor: Descriptor,
  change: (key: KeyExpression) => KeyExpression,
): Descriptor {
  switch (descriptor.kind) {
    case 'sh':
    case 'wsh':
      return { ...descriptor, inner: mapKeys(descriptor.inner, change) };
    case 'multi':
    case 'sortedmulti':
    case 'multi_a':
    case 'sortedmulti_a':
    case 'miniscript':
      return { ...descriptor, keys: descriptor.keys.map(change) };
    case 'tr':
      return {
        ...descriptor,
        internalKey: change(descriptor.internalKey),
        leaves: descriptor.leaves.map((leaf) => ({
          ...leaf,
          descriptor: mapKeys(leaf.descriptor, change),
        })),
      };
    case 'addr':
    case 'raw':
      return descriptor;
    default:
      return { ...descriptor, key: change(descriptor.key) };
  }
}

/**
 * Whether it stands for a script at every index, and not for one alone.
 *
 * @example
 * isRange(parseDescriptor('wpkh(xpub…/0/*)', chain)) // true
 */
export function isRange(descriptor: Descriptor): boolean {
  return keysOf(descriptor).some((key) => key.kind === 'derived' && key.wildcard !== 'none');
}

/** Whether it tells what is needed to spend, private keys aside. */
export function isSolvable(descriptor: Descriptor): boolean {
  return descriptor.kind !== 'addr' && descriptor.kind !== 'raw';
}

/** Whether it holds a private key. */
export function hasPrivateKeys(descriptor: Descriptor): boolean {
  return keysOf(descriptor).some((key) => key.privateKey !== undefined);
}

/** Whether it holds the private keys of all of its keys, and has some. */
export function hasAllPrivateKeys(descriptor: Descriptor): boolean {
  const keys = keysOf(descriptor);
  return keys.length > 0 && keys.every((key) => key.privateKey !== undefined);
}

/** Whether each index gives a single script. `combo` gives up to four. */
export function isSingleType(descriptor: Descriptor): boolean {
  return descriptor.kind !== 'combo';
}
