/** Passphrases: of wallets that get one, are unlocked by it, and get another one. */
import { int64From, stringFrom } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { RpcParameter } from '../../../node/rpc/rpc-method.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { MAX_UNLOCK_SECONDS } from '../../vault/vault.ts';
import { VaultError } from '../../vault/vault-error.ts';
import type { Wallet } from '../../wallet.ts';
import { requireNoRescan } from '../running-rescans.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const ENCRYPTED =
  'wallet encrypted; The keypool has been flushed and a new HD seed was generated. You need to make a new backup with the backupwallet RPC.';

export const passphraseMethods: readonly WalletMethod[] = [
  {
    name: 'encryptwallet',
    family: 'wallet',
    about:
      'Puts the private keys under a passphrase. New addresses then come from a new seed, so that a new backup is needed.',
    parameters: [text('passphrase', 'At least a character; it should be long.')],
    result: '"what to do next"',
    run: encryptWallet,
  },
  {
    name: 'walletpassphrase',
    family: 'wallet',
    about: 'Unlocks the wallet for some time. Of a wallet that is unlocked, it sets a new time.',
    parameters: [
      text('passphrase', 'That of the wallet.'),
      {
        name: 'timeout',
        type: 'number',
        about: `So many seconds; more than ${MAX_UNLOCK_SECONDS} are as many.`,
      },
    ],
    result: 'null',
    run: unlockWallet,
  },
  {
    name: 'walletpassphrasechange',
    family: 'wallet',
    about: 'Gives the wallet another passphrase.',
    parameters: [text('oldpassphrase', 'The one it has.'), text('newpassphrase', 'The new one.')],
    result: 'null',
    run: changePassphrase,
  },
  {
    name: 'walletlock',
    family: 'wallet',
    about: 'Forgets the key that the passphrase opened.',
    parameters: [],
    result: 'null',
    run: lockWallet,
  },
];

function text(name: string, about: string): RpcParameter {
  return { name, type: 'string', about };
}

async function encryptWallet([passphrase]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = call.walletNow();
  if (!wallet.state.format.hasPrivateKeys) {
    throw new RpcError(
      RPC.walletEncryptionFailed,
      'Error: wallet does not contain private keys, nothing to encrypt.',
    );
  }
  if (wallet.isEncrypted) {
    throw wrongState('Error: running with an encrypted wallet, but encryptwallet was called.');
  }
  requireNoRescan(wallet, scanningWords('encrypting the wallet'));
  const chosen = notEmpty(passphrase);
  await call.desk.wallets.encrypt(wallet.name, chosen, { freshSeed: true });
  return ENCRYPTED;
}

async function unlockWallet([passphrase, timeout]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = call.walletNow();
  requireEncrypted(wallet, 'walletpassphrase');
  const seconds = int64From(timeout);
  if (seconds < 0n) throw new RpcError(RPC.invalidParameter, 'Timeout cannot be negative.');
  const given = notEmpty(passphrase);
  await tried(
    wallet.unlock(given, Number(seconds)),
    given,
    'Error: The wallet passphrase entered is incorrect. It contains a null character (ie - a zero byte). If the passphrase was set with a version of this software prior to 25.0, please try again with only the characters up to — but not including — the first null character. If this is successful, please set a new passphrase to avoid this issue in the future.',
  );
  return null;
}

async function changePassphrase([old, passphrase]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = call.walletNow();
  requireEncrypted(wallet, 'walletpassphrasechange');
  requireNoRescan(wallet, scanningWords('changing the passphrase'));
  const [from, to] = [notEmpty(old), notEmpty(passphrase)];
  await tried(
    wallet.changePassphrase(from, to),
    from,
    'Error: The old wallet passphrase entered is incorrect. It contains a null character (ie - a zero byte). If the old passphrase was set with a version of this software prior to 25.0, please try again with only the characters up to — but not including — the first null character.',
  );
  return null;
}

function lockWallet(_: Arguments, call: WalletCall): Json {
  const wallet = call.walletNow();
  requireEncrypted(wallet, 'walletlock');
  requireNoRescan(wallet, scanningWords('locking the wallet'));
  wallet.lock();
  return null;
}

function requireEncrypted(wallet: Wallet, method: string): void {
  if (wallet.isEncrypted) return;
  throw wrongState(`Error: running with an unencrypted wallet, but ${method} was called.`);
}

function notEmpty(value: JsonValue | undefined): string {
  const passphrase = stringFrom(value);
  if (passphrase !== '') return passphrase;
  throw new RpcError(RPC.invalidParameter, 'passphrase cannot be empty');
}

/** Old versions of Core read a passphrase up to its first null character, and no further. */
async function tried(attempt: Promise<void>, passphrase: string, nullWords: string): Promise<void> {
  try {
    await attempt;
  } catch (error) {
    const isWrong = error instanceof VaultError && error.code === 'wrong-passphrase';
    if (!isWrong || !passphrase.includes('\0')) throw error;
    throw new RpcError(RPC.walletPassphraseIncorrect, nullWords);
  }
}

function scanningWords(what: string): string {
  return `Error: the wallet is currently being used to rescan the blockchain for related transactions. Please call \`abortrescan\` before ${what}.`;
}

function wrongState(message: string): RpcError {
  return new RpcError(RPC.walletWrongEncryptionState, message);
}
