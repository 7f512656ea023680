/** Payments: made, put together by others, signed, replaced, given up. */
import type { WalletMethod } from '../wallet-method.ts';
import { amountMethods } from './paying-amounts.ts';
import { changeMethods } from './paying-changes.ts';
import { fundingMethods } from './paying-funding.ts';
import { sendMethods } from './paying-sends.ts';
import { signMethods } from './paying-sign.ts';
import { simulationMethods } from './paying-simulation.ts';

export const payingMethods: readonly WalletMethod[] = [
  ...amountMethods,
  ...fundingMethods,
  ...sendMethods,
  ...signMethods,
  ...changeMethods,
  ...simulationMethods,
];
