import type { BlockNode } from '../../chain/block-node.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Peer } from '../peer/peer.ts';

/** What answering needs of the chain. */
export type ServeChain = Pick<
  Chain,
  | 'bestHeader'
  | 'commonBlock'
  | 'contains'
  | 'isPruning'
  | 'lookup'
  | 'minimumChainWork'
  | 'next'
  | 'params'
  | 'readBlock'
  | 'readRaw'
  | 'tip'
>;

/** What answering tells, and asks, the download of blocks. */
export interface HeaderJournal {
  /** A peer has been sent this header, and all before it: it need not be announced to it. */
  noteHeaderSent(peer: Peer, node: BlockNode): void;
}
