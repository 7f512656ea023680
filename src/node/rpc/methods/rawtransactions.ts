/** Transactions: made, shown, signed, looked up and sent. */
import type { RpcMethod } from '../rpc-method.ts';
import { createMethods } from './rawtransactions-create.ts';
import { lookupMethods } from './rawtransactions-lookup.ts';
import { signMethods } from './rawtransactions-sign.ts';

export const rawTransactionMethods: readonly RpcMethod[] = [
  ...createMethods,
  ...lookupMethods,
  ...signMethods,
];
