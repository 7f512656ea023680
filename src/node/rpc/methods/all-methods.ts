/** Every method of the node, family by family. Wallets have theirs in `wallet/rpc`. */
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

export const nodeMethods: readonly RpcMethod[] = [
  ...blockchainMethods,
  ...controlMethods,
  ...feeMethods,
  ...mempoolMethods,
  ...miningMethods,
  ...networkMethods,
  ...rawTransactionMethods,
  ...psbtMethods,
  ...utilMethods,
];

/** Methods, and the one that tells of all of them. */
export function withHelp(methods: readonly RpcMethod[]): readonly RpcMethod[] {
  const all: readonly RpcMethod[] = [...methods, helpMethod(() => all)];
  return all;
}

/** What a node without wallets answers. */
export const allMethods = withHelp(nodeMethods);
