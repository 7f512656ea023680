/** From text to descriptors. */
import type { DescriptorChain } from './chain.ts';
import { removeChecksum } from './checksum.ts';
import type { Descriptor } from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import { cutExpression } from './expression.ts';
import { readScript, trailingText } from './grammar.ts';
import { sharePrivateKeys } from './private-keys.ts';

/** Longer texts are refused unread. It is enough for 999 keys with their origins and paths. */
export const MAX_DESCRIPTOR_LENGTH = 262_144;

export interface ParseOptions {
  /** Whether the text must end with a checksum. One that is there is always compared. */
  readonly requireChecksum?: boolean;
}

/**
 * The descriptor that a text stands for, read as Bitcoin Core 28 reads it: alternatives in key paths
 * are refused. {@link parseMultipathDescriptor} takes them.
 *
 * @example
 * parseDescriptor('wpkh([d34db33f/84h/0h/0h]xpub…/0/*)#…', mainnet) // { kind: 'wpkh', key: … }
 */
export function parseDescriptor(
  text: string,
  chain: DescriptorChain,
  options: ParseOptions = {},
): Descriptor {
  const [descriptor] = parse(text, chain, options, false);
  return descriptor as Descriptor;
}

/**
 * The descriptors that a text stands for: as many as its key paths have alternatives (BIP389), and
 * one where they have none.
 *
 * @example
 * parseMultipathDescriptor('wpkh(xpub…/<0;1>/*)', mainnet) // [wpkh(xpub…/0/*), wpkh(xpub…/1/*)]
 */
export function parseMultipathDescriptor(
  text: string,
  chain: DescriptorChain,
  options: ParseOptions = {},
): readonly Descriptor[] {
  return parse(text, chain, options, true);
}

function parse(
  text: string,
  chain: DescriptorChain,
  { requireChecksum = false }: ParseOptions,
  multipath: boolean,
): readonly Descriptor[] {
  if (text.length > MAX_DESCRIPTOR_LENGTH) {
    throw new DescriptorError(
      'too-long',
      `The descriptor has ${text.length} characters; at most ${MAX_DESCRIPTOR_LENGTH} are allowed`,
    );
  }
  const { head, rest } = cutExpression(removeChecksum(text, requireChecksum));
  const descriptors = readScript(head, { chain, place: 'top', multipath });
  if (rest !== '') throw trailingText(rest, 'the descriptor');
  return sharePrivateKeys(descriptors);
}
