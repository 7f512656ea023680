/** Whole wallets in a file, and back. */
import { stringFrom } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { DiskError } from '../../../outside/disk/disk-error.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { WalletError } from '../../wallet-error.ts';
import { keepStartup, NAME_RESULT, named, startupParameter } from '../startup-setting.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

export const backupMethods: readonly WalletMethod[] = [
  {
    name: 'backupwallet',
    family: 'wallet',
    about:
      'Writes the whole wallet into a file, which only its owner may read. Whoever has it has the coins, unless the wallet is encrypted.',
    parameters: [{ name: 'destination', type: 'string', about: 'The file.' }],
    result: 'null',
    run: backupWallet,
  },
  {
    name: 'restorewallet',
    family: 'wallet',
    about: 'Makes a wallet of a backup, and opens it.',
    parameters: [
      { name: 'wallet_name', type: 'string', about: 'What it shall be called.' },
      { name: 'backup_file', type: 'string', about: 'The backup.' },
      startupParameter,
    ],
    result: NAME_RESULT,
    run: restoreWallet,
  },
];

async function backupWallet([destination]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = await call.wallet();
  const path = stringFrom(destination);
  try {
    await wallet.backup(call.desk.wallets.backupDisk, path);
    return null;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw new RpcError(RPC.wallet, 'Error: Wallet backup failed!');
  }
}

async function restoreWallet(args: Arguments, { desk }: WalletCall): Promise<Json> {
  const [name, file] = args.slice(0, 2).map(stringFrom) as [string, string];
  if ((await desk.wallets.backupDisk.stat(file)) === undefined) {
    throw new RpcError(RPC.invalidParameter, 'Backup file does not exist');
  }
  try {
    const wallet = await desk.wallets.restore(name, file);
    return named(wallet.name, await keepStartup(desk, wallet.name, args[2]));
  } catch (error) {
    throw restoreError(error, desk.wallets.folderOf(name));
  }
}

/** Core copies the file before it looks at it, and so speaks of the place where it would be. */
function restoreError(error: unknown, folder: string): unknown {
  if (!(error instanceof WalletError)) return error;
  if (error.code === 'exists') {
    const words = `Failed to create database path '${folder}'. Database already exists.`;
    return new RpcError(RPC.walletAlreadyExists, words);
  }
  if (error.code !== 'not-a-backup') return error;
  const words = `Wallet file verification failed. Failed to load database path '${folder}'. Data is not in recognized format.`;
  return new RpcError(RPC.walletNotFound, words);
}
