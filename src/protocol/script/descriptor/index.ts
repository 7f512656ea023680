export type { DescriptorChain, DescriptorKeyPrefixes } from './chain.ts';
export { addChecksum, descriptorChecksum } from './checksum.ts';
export type { ExpandedKey } from './derive-key.ts';
export {
  type AddressDescriptor,
  type Descriptor,
  type DescriptorLeaf,
  hasAllPrivateKeys,
  hasPrivateKeys,
  isRange,
  isSingleType,
  isSolvable,
  type KeyDescriptor,
  keysOf,
  type LeafDescriptor,
  type MiniscriptDescriptor,
  type MultisigDescriptor,
  type RawDescriptor,
  type TaprootDescriptor,
  type WrappedDescriptor,
} from './descriptor.ts';
export { DescriptorError, type DescriptorErrorCode } from './descriptor-error.ts';
export { type ExpandedOutput, type Expansion, expandDescriptor } from './expand.ts';
export type { ExpandedLeaf, ExpandedTaproot } from './expand-taproot.ts';
export { inferDescriptor } from './infer.ts';
export type { ConstantKey, DerivedKey, KeyExpression, KeyOrigin } from './key-expression.ts';
export {
  type KnownKey,
  type KnownSolutions,
  type KnownTaproot,
  knownFrom,
} from './known-solutions.ts';
export { type OutputType, outputType } from './output-type.ts';
export {
  MAX_DESCRIPTOR_LENGTH,
  type ParseOptions,
  parseDescriptor,
  parseMultipathDescriptor,
} from './parse.ts';
export { type DescriptorForm, descriptorToString, type PrintOptions } from './print.ts';
export { type PrivateKeyLookup, withoutPrivateKeys, withPrivateKeys } from './private-keys.ts';
