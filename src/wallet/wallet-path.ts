import { joinPath } from '../outside/disk/disk-path.ts';

/** The wallet without a name is in a folder that no name can have. */
export const UNNAMED = '@';

/**
 * Where a wallet is in the folder of all wallets, whether there is one or not.
 *
 * @example
 * walletPath('/data/regtest/wallets', 'savings') // '/data/regtest/wallets/savings'
 */
export function walletPath(folder: string, name: string): string {
  return joinPath(folder, name === '' ? UNNAMED : name);
}
