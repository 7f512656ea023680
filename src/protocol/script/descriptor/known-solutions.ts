/** What is known about scripts beyond what they say themselves. */
import { ByteMap } from '../../bytes/byte-map.ts';
import { hash160 } from '../../crypto/hash.ts';
import type { TaprootOutput } from '../taproot.ts';
import type { ExpandedKey } from './derive-key.ts';
import { type Expansion, keysAsLearnt } from './expand.ts';
import type { KeyOrigin } from './key-expression.ts';

/** Keys and scripts are asked for by their HASH160. */
export interface KnownSolutions {
  key(hash: Uint8Array): KnownKey | undefined;
  script(hash: Uint8Array): Uint8Array | undefined;
  taproot(outputKey: Uint8Array): KnownTaproot | undefined;
}

export interface KnownKey {
  readonly publicKey: Uint8Array;
  readonly origin: KeyOrigin | undefined;
}

/** The internal key, and the leaves from left to right. */
export type KnownTaproot = Pick<TaprootOutput, 'internalKey' | 'leaves'>;

/** For those who have nothing but the script. */
export const NOTHING_KNOWN: KnownSolutions = {
  key: () => undefined,
  script: () => undefined,
  taproot: () => undefined,
};

/**
 * All that descriptors told when they were expanded.
 *
 * @example
 * inferDescriptor(script, chain, knownFrom([expandDescriptor(descriptor, 0)]))
 */
export function knownFrom(expansions: readonly Expansion[]): KnownSolutions {
  const keys = new ByteMap<KnownKey>();
  const scripts = new ByteMap<Uint8Array>();
  const taproots = new ByteMap<KnownTaproot>();
  for (const expansion of expansions) {
    const { outputs } = expansion;
    for (const key of keysAsLearnt(expansion)) {
      for (const hash of keyHashes(key)) if (!keys.has(hash)) keys.set(hash, key);
    }
    for (const { redeemScript, witnessScript, taproot } of outputs) {
      if (redeemScript !== undefined) scripts.set(hash160(redeemScript), redeemScript);
      if (witnessScript !== undefined) scripts.set(hash160(witnessScript), witnessScript);
      if (taproot !== undefined) taproots.set(taproot.outputKey, taproot);
    }
  }
  return {
    key: (hash) => keys.get(hash),
    script: (hash) => scripts.get(hash),
    taproot: (outputKey) => taproots.get(outputKey),
  };
}

/** Trees hash x coordinates. */
function keyHashes({ publicKey }: ExpandedKey): readonly Uint8Array[] {
  return [hash160(publicKey), hash160(publicKey.subarray(1, 33))];
}
