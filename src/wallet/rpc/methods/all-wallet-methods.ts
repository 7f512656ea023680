/** Every method of wallets, by what it is for. */
import type { WalletMethod } from '../wallet-method.ts';
import { managingMethods } from './managing.ts';
import { payingMethods } from './paying.ts';
import { readingMethods } from './reading.ts';

export const walletMethods: readonly WalletMethod[] = [
  ...managingMethods,
  ...readingMethods,
  ...payingMethods,
];
