/** What `import … from 'blockyard'` gives: a node for your own process, and the errors that it throws. */
export type { IndexName } from '../node/index/indexes.ts';
export type { LogLevel } from '../node/log/log.ts';
export type { MempoolOptions } from '../node/mempool/mempool-options.ts';
export { RpcError } from '../node/rpc/rpc-error.ts';
export { CodedError } from '../protocol/bytes/coded-error.ts';
export type { ChainParams } from '../protocol/params/chain-params.ts';
export type { Amount } from './amount.ts';
export type { ChainDefinition, ChainName } from './chain-choice.ts';
export type { FaucetOptions, FaucetPayment } from './faucet.ts';
export type { MineOptions } from './mine-blocks.ts';
export { Node } from './node.ts';
export { NodeError, type NodeErrorCode } from './node-error.ts';
export type {
  BlockEvent,
  NodeEventMap,
  NodeEventName,
  NodeListener,
  ReorgEvent,
  TransactionEvent,
} from './node-events.ts';
export type { NodeWallet, RpcAccess, Tip } from './node-facts.ts';
export type { Duration, NodeTime } from './node-time.ts';
export type { Partition } from './partition.ts';
export type { ReorgOptions, ReorgResult, TransactionFate } from './reorganise.ts';
export type { SnapshotId } from './snapshots.ts';
export type { P2pOptions, RpcOptions, StartOptions } from './start-options.ts';
