import { masterKeyFromSeed } from '../protocol/keys/extended-key.ts';
import { type PreparedDescriptor, prepareStandard } from './import-descriptor.ts';
import { VAULT_KEY } from './store/record-keys.ts';
import { Vault } from './vault/vault.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletState } from './wallet-state.ts';

/** As long as it takes to seal the keys of a wallet. */
const SEALING_SECONDS = 600;
const SEED_LENGTH = 32;

/**
 * Puts all secrets of a wallet under a passphrase, in one batch. With `freshSeed`, new addresses come
 * from a seed that has never been on a disk as it is, as in Bitcoin Core; words that were written down
 * do not lead to those.
 *
 * @throws {@link WalletError} `encrypted`; `VaultError` `empty-passphrase`
 */
export async function encryptWallet(
  state: WalletState,
  passphrase: string,
  { freshSeed = false }: { readonly freshSeed?: boolean },
): Promise<void> {
  requirePlain(state);
  const { doors, options, keys, format } = state;
  const isReseeded = freshSeed && format.hasPrivateKeys && !format.isBlank;
  const prepared = isReseeded ? await prepareFresh(state) : [];
  const vault = await Vault.create(passphrase, doors, options.scrypt);
  await vault.unlock(passphrase, SEALING_SECONDS);
  try {
    await state.change((batch) => {
      requirePlain(state);
      keys.encrypt(vault, batch);
      batch.put(VAULT_KEY, vault.record);
      for (const { request, derived } of prepared) keys.import(request, batch, derived);
    });
  } finally {
    vault.lock();
  }
}

/** What comes from a new seed, before any of it is kept. */
async function prepareFresh(state: WalletState): Promise<readonly PreparedDescriptor[]> {
  const seed = state.doors.entropy.bytes(SEED_LENGTH);
  const master = masterKeyFromSeed(seed);
  seed.fill(0);
  return prepareStandard(state, master, state.now);
}

/** Another passphrase for the same secrets. @throws `VaultError` `wrong-passphrase`, `empty-passphrase` */
export function changeWalletPassphrase(
  state: WalletState,
  vault: Vault,
  old: string,
  passphrase: string,
): Promise<void> {
  return vault.changePassphrase(old, passphrase, (record) =>
    state.change((batch) => {
      batch.put(VAULT_KEY, record);
    }),
  );
}

function requirePlain({ keys }: WalletState): void {
  if (keys.secrets.vault === undefined) return;
  throw new WalletError(
    'encrypted',
    'this wallet has a passphrase already: change it instead',
    'Error: running with an encrypted wallet, but encryptwallet was called.',
  );
}
