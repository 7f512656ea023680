/** What a wallet has, and what it knows of. */
import type { WalletMethod } from '../wallet-method.ts';
import { addressReadingMethods } from './reading-addresses.ts';
import { balanceReadingMethods } from './reading-balances.ts';
import { coinReadingMethods } from './reading-coins.ts';
import { groupReadingMethods } from './reading-groups.ts';
import { historyReadingMethods } from './reading-history.ts';
import { receivedReadingMethods } from './reading-received.ts';
import { sinceReadingMethods } from './reading-since.ts';

export const readingMethods: readonly WalletMethod[] = [
  ...addressReadingMethods,
  ...balanceReadingMethods,
  ...coinReadingMethods,
  ...groupReadingMethods,
  ...historyReadingMethods,
  ...receivedReadingMethods,
  ...sinceReadingMethods,
];
