import type { RpcMethod } from '../rpc-method.ts';
import { blockMethods } from './blockchain-blocks.ts';
import { coinMethods } from './blockchain-coins.ts';
import { controlBlockMethods } from './blockchain-control.ts';
import { deploymentMethods } from './blockchain-deployments.ts';
import { proofMethods } from './blockchain-proofs.ts';
import { scanMethods } from './blockchain-scans.ts';
import { snapshotMethods } from './blockchain-snapshots.ts';
import { stateMethods } from './blockchain-state.ts';
import { waitMethods } from './blockchain-waits.ts';

/** What can be asked of the chain, and done to it. */
export const blockchainMethods: readonly RpcMethod[] = [
  ...stateMethods,
  ...blockMethods,
  ...deploymentMethods,
  ...coinMethods,
  ...proofMethods,
  ...scanMethods,
  ...snapshotMethods,
  ...controlBlockMethods,
  ...waitMethods,
];
