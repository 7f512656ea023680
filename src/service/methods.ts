import { nodeMethods, withHelp } from '../node/rpc/methods/all-methods.ts';
import type { MethodSpec } from '../node/rpc/rpc-method.ts';
import { walletMethods } from '../wallet/rpc/methods/all-wallet-methods.ts';

/** All methods of a node with wallets, as they are told of: `docs/rpc.md`, and words of a command line. */
export const METHODS: readonly MethodSpec[] = [...withHelp(nodeMethods), ...walletMethods];
