import type { KeyValueStore } from '../node/storage/key-value-store.ts';
import { WriteBatch } from '../node/storage/write-batch.ts';
import { unixTime } from '../outside/clock/clock.ts';
import { masterKeyFromSeed } from '../protocol/keys/extended-key.ts';
import { mnemonicFromEntropy, seedFromMnemonic } from '../protocol/keys/mnemonic.ts';
import { blockHash } from '../protocol/primitives/block-hash.ts';
import { prepareStandard } from './import-descriptor.ts';
import { WalletKeys } from './keys/wallet-keys.ts';
import { FORMAT_KEY, VAULT_KEY } from './store/record-keys.ts';
import { encodeFormat } from './store/wallet-format.ts';
import { Vault } from './vault/vault.ts';
import { Wallet } from './wallet.ts';
import type { WalletOptions } from './wallet-options.ts';
import { type WalletDoors, WalletState } from './wallet-state.ts';

export interface CreateWalletOptions {
  /** Those of a wallet that there was before; new ones by default. */
  readonly words?: string;
  /** BIP39's, and no encryption: with another one, the same words are another wallet. */
  readonly wordsPassphrase?: string;
  /** Since when, in seconds since 1970, something may have been paid to these words: from the first block on by default. */
  readonly since?: number;
  /** Whether it holds private keys; otherwise it watches. */
  readonly hasPrivateKeys?: boolean;
  /** Whether it begins without keys. */
  readonly isBlank?: boolean;
  readonly avoidsReuse?: boolean;
  /** Encrypts it, before anything is written. */
  readonly passphrase?: string;
}

export interface CreatedWallet {
  readonly wallet: Wallet;
  /** The twelve words of a wallet with new keys. They are kept nowhere. */
  readonly words: string | undefined;
}

const WORDS_ENTROPY_LENGTH = 16;

/**
 * Makes a wallet in an empty store: everything in one batch, so that there is all of it or nothing.
 *
 * @throws `KeyError` for words that are none; `VaultError` `empty-passphrase`
 */
export async function createWallet(
  name: string,
  store: KeyValueStore,
  options: WalletOptions,
  doors: WalletDoors,
  request: CreateWalletOptions = {},
): Promise<CreatedWallet> {
  const { hasPrivateKeys = true, avoidsReuse = false, passphrase } = request;
  const isBlank = request.isBlank === true;
  const now = unixTime(doors.clock);
  const createdAt = request.words === undefined ? now : (request.since ?? 0);
  const { chain, lookAhead } = options;
  const genesis = blockHash(chain.genesis);
  const batch = new WriteBatch();
  batch.put(FORMAT_KEY, encodeFormat({ genesis, createdAt, hasPrivateKeys, isBlank, avoidsReuse }));
  const fresh = isBlank || !hasPrivateKeys ? undefined : freshWords(doors, request);
  const vault = passphrase === undefined ? undefined : await openVault(passphrase, options, doors);
  if (vault !== undefined) batch.put(VAULT_KEY, vault.record);
  try {
    const keys = await WalletKeys.load(store, vault, { chain, lookAhead, seed: 0 });
    if (fresh !== undefined) {
      const seed = seedFromMnemonic(fresh, request.wordsPassphrase);
      const master = masterKeyFromSeed(seed);
      seed.fill(0);
      const prepared = await prepareStandard({ keys, doors, options }, master, createdAt);
      for (const each of prepared) keys.import(each.request, batch, each.derived);
    }
  } finally {
    vault?.lock();
  }
  await store.write(batch, { durable: true });
  const wallet = await openWallet(name, store, options, doors);
  return { wallet, words: request.words === undefined ? fresh : undefined };
}

/**
 * Opens the wallet in a store. Whoever opened the store closes it, if this fails.
 *
 * @throws `WalletError` `not-a-wallet`, `newer-version`, `other-chain`, `damaged`; `VaultError`
 */
export async function openWallet(
  name: string,
  store: KeyValueStore,
  options: WalletOptions,
  doors: WalletDoors,
): Promise<Wallet> {
  const wallet = new Wallet(await WalletState.load(name, store, options, doors));
  // The last address may have been given out since, and `-keypool` may be another one.
  if (!wallet.state.keys.isFull) await wallet.refill();
  return wallet;
}

function freshWords({ entropy }: WalletDoors, { words }: CreateWalletOptions): string {
  return words ?? mnemonicFromEntropy(entropy.bytes(WORDS_ENTROPY_LENGTH));
}

/** Open for as long as it takes to seal the first keys. */
async function openVault(
  passphrase: string,
  { scrypt }: WalletOptions,
  doors: WalletDoors,
): Promise<Vault> {
  const vault = await Vault.create(passphrase, doors, scrypt);
  await vault.unlock(passphrase, 600);
  return vault;
}
