/** Every method of the node, family by family. */
import type { RpcMethod } from '../rpc-method.ts';
import { blockchainMethods } from './blockchain.ts';
import { controlMethods, helpMethod } from './control.ts';
import { feeMethods } from './fees.ts';
import { mempoolMethods } from './mempool.ts';
import { miningMethods } from './mining.ts';
import { networkMethods } from './network.ts';
import { psbtMethods } from './psbt.ts';
import { rawTransactionMethods } from './rawtransactions.ts';
import { utilMethods } from './util.ts';

export const allMethods: readonly RpcMethod[] = [
  ...blockchainMethods,
  ...controlMethods,
  helpMethod(() => allMethods),
  ...feeMethods,
  ...mempoolMethods,
  ...miningMethods,
  ...networkMethods,
  ...rawTransactionMethods,
  ...psbtMethods,
  ...utilMethods,
];
