import type { InventoryItem } from '../../../protocol/wire/inventory.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Log } from '../../log/log.ts';
import type { Peer } from '../peer/peer.ts';
import type { PeerSet } from '../peers.ts';
import type { BlockRequests } from '../sync/block-requests.ts';
import type { KnownTransaction } from './extra-transactions.ts';
import type { RecentBlock } from './recent-block.ts';

/** What compact blocks need of the chain. */
type CompactChain = Pick<
  Chain,
  'isInitialBlockDownload' | 'lookup' | 'on' | 'params' | 'processHeaders' | 'readBlock' | 'tip'
>;

export interface CompactParts {
  readonly chain: CompactChain;
  readonly peers: PeerSet;
  /** The transactions that a new block is made of, most likely. */
  readonly pool: { entries(): Iterable<KnownTransaction> };
  readonly recent: RecentBlock;
  /** The download of blocks. It knows of compact blocks too, so that it is asked for when it is there. */
  readonly requests: () => BlockRequests;
  /** Sends a block as a whole: `serve` of the `BlockServer`. */
  readonly sendBlock: (peer: Peer, item: InventoryItem) => Promise<void>;
  readonly log?: Log;
  /** Take no transactions from peers (`-blocksonly`): then the pool has nothing to make blocks of. */
  readonly blocksOnly?: boolean;
  /** How many transactions that are not in the pool are kept: `-blockreconstructionextratxn`, 100. */
  readonly extraTransactions?: number;
}
