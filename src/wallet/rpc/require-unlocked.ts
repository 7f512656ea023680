import { VaultError } from '../vault/vault-error.ts';
import type { Wallet } from '../wallet.ts';

/**
 * Refuses what takes the passphrase, while the wallet is locked. One without a passphrase never is.
 *
 * @throws `VaultError` `locked`
 */
export function requireUnlocked({ state }: Wallet): void {
  if (state.keys.secrets.vault?.isLocked !== true) return;
  throw new VaultError('locked', 'the wallet is locked: unlock it with its passphrase first');
}
