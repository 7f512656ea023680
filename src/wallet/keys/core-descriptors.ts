/** The descriptors that every wallet begins with, as Bitcoin Core 28 makes them. */
import type { ExtendedPrivateKey } from '../../protocol/keys/extended-key.ts';
import { encodeExtendedKey } from '../../protocol/keys/extended-key-text.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { main } from '../../protocol/params/main.ts';
import type { Descriptor } from '../../protocol/script/descriptor/descriptor.ts';
import type { OutputType } from '../../protocol/script/descriptor/output-type.ts';
import { parseDescriptor } from '../../protocol/script/descriptor/parse.ts';

export interface StandardDescriptor {
  readonly type: OutputType;
  readonly internal: boolean;
  /** With the master's private key. */
  readonly descriptor: Descriptor;
}

interface Form {
  readonly type: OutputType;
  /** BIP44, BIP49, BIP84, BIP86. */
  readonly purpose: number;
  readonly wrap: (key: string) => string;
}

const FORMS: readonly Form[] = [
  { type: 'legacy', purpose: 44, wrap: (key) => `pkh(${key})` },
  { type: 'p2sh-segwit', purpose: 49, wrap: (key) => `sh(wpkh(${key}))` },
  { type: 'bech32', purpose: 84, wrap: (key) => `wpkh(${key})` },
  { type: 'bech32m', purpose: 86, wrap: (key) => `tr(${key})` },
];

/**
 * For each kind of address a descriptor for what others pay to, and one for change, under the first
 * account. The coin type is 0 on the main chain and 1 on all others (SLIP44).
 *
 * @example
 * standardDescriptors(masterKeyFromSeed(seed), regtest)[4] // wpkh(tprv…/84h/1h/0h/0/*)
 */
export function standardDescriptors(
  master: ExtendedPrivateKey,
  chain: ChainParams,
): readonly StandardDescriptor[] {
  const root = encodeExtendedKey(master, chain.keyPrefixes);
  // Chains that have the main chain's keys are taken for it: its addresses are theirs.
  const coinType = chain.keyPrefixes.extendedPublic === main.keyPrefixes.extendedPublic ? 0 : 1;
  return FORMS.flatMap(({ type, purpose, wrap }) =>
    [false, true].map((internal) => {
      const path = `${root}/${purpose}h/${coinType}h/0h/${internal ? 1 : 0}/*`;
      return { type, internal, descriptor: parseDescriptor(wrap(path), chain) };
    }),
  );
}
