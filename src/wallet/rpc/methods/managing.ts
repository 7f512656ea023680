/** Wallets that come and go, their keys and their passphrases. */
import type { WalletMethod } from '../wallet-method.ts';
import { addressMethods } from './managing-addresses.ts';
import { backupMethods } from './managing-backups.ts';
import { descriptorMethods } from './managing-descriptors.ts';
import { importMethods } from './managing-imports.ts';
import { passphraseMethods } from './managing-passphrases.ts';
import { rescanMethods } from './managing-rescans.ts';
import { stateMethods } from './managing-state.ts';
import { walletMethods } from './managing-wallets.ts';

export const managingMethods: readonly WalletMethod[] = [
  ...walletMethods,
  ...backupMethods,
  ...stateMethods,
  ...addressMethods,
  ...importMethods,
  ...descriptorMethods,
  ...rescanMethods,
  ...passphraseMethods,
];
