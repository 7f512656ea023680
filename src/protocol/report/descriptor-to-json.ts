import type { DescriptorChain } from '../script/descriptor/chain.ts';
import { descriptorChecksum, removeChecksum } from '../script/descriptor/checksum.ts';
import {
  type Descriptor,
  hasPrivateKeys,
  isRange,
  isSolvable,
} from '../script/descriptor/descriptor.ts';
import { parseDescriptor, parseMultipathDescriptor } from '../script/descriptor/parse.ts';
import { descriptorToString } from '../script/descriptor/print.ts';
import type { JsonObject } from './json-text.ts';

/**
 * A descriptor as `getdescriptorinfo` of Bitcoin Core 28 shows it.
 *
 * @example
 * descriptorToJson('raw(51)', regtest).checksum // '8lvh9jxk'
 */
export function descriptorToJson(text: string, chain: DescriptorChain): JsonObject {
  return describe([parseDescriptor(text, chain)], text, chain);
}

/** The same, but key paths may have alternatives (BIP389), which Core takes from version 29 on. */
export function multipathDescriptorToJson(text: string, chain: DescriptorChain): JsonObject {
  return describe(parseMultipathDescriptor(text, chain), text, chain);
}

function describe(
  descriptors: readonly Descriptor[],
  text: string,
  chain: DescriptorChain,
): JsonObject {
  const first = descriptors[0] as Descriptor;
  const printed = descriptors.map((descriptor) => descriptorToString(descriptor, chain));
  return {
    descriptor: printed[0],
    multipath_expansion: printed.length > 1 ? printed : undefined,
    // Of the text that was given, private keys and all, and not of the one above.
    checksum: descriptorChecksum(removeChecksum(text, false)),
    isrange: isRange(first),
    issolvable: isSolvable(first),
    hasprivatekeys: hasPrivateKeys(first),
  };
}
