import { DescriptorError } from '../protocol/script/descriptor/descriptor-error.ts';
import {
  hideFrom,
  KeyRing,
  type SigningProvider,
} from '../protocol/script/sign/signing-provider.ts';
import type { WalletState } from './wallet-state.ts';

/**
 * What a wallet knows of scripts, for those who sign: with private keys where it has them and is unlocked.
 *
 * @example
 * knownKeys(state, [scriptPubKey], { signs: false })
 */
export function knownKeys(
  { keys, format }: Pick<WalletState, 'keys' | 'format'>,
  scripts: readonly Uint8Array[],
  { signs }: { readonly signs: boolean },
): SigningProvider {
  const isOpen = format.hasPrivateKeys && keys.secrets.vault?.isLocked !== true;
  if (signs && isOpen) return keys.ring(scripts);
  try {
    return keys.ring(scripts, { signs: false });
  } catch (error) {
    if (!(error instanceof DescriptorError) || error.code !== 'needs-private-key') throw error;
    // The index is a hardened step: public keys follow from private ones alone.
    return isOpen ? hideFrom(keys.ring(scripts), { privateKeys: true }) : new KeyRing();
  }
}
