import type { Endpoint } from '../outside/network/endpoint.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import type { IndexName } from './index/indexes.ts';
import type { Log } from './log/log.ts';
import type { MempoolOptions } from './mempool/mempool-options.ts';
import type { NonceSearch } from './mining/nonce-search.ts';
import type { OpenChainOptions } from './open-chain.ts';

export interface NodeOptions {
  readonly params: ChainParams;
  /** Where everything is kept; without one, all is in memory. */
  readonly dataFolder?: string;
  readonly chain?: Omit<OpenChainOptions, 'params' | 'dataFolder' | 'scriptCache' | 'onFatal'>;
  readonly mempool?: Partial<MempoolOptions>;
  /** Which indexes to keep beside the chain. */
  readonly indexes?: readonly IndexName[];
  readonly network?: NetworkOptions;
  /** Finds nonces for blocks that are made here; in this process by default. Whoever gives it closes it. */
  readonly search?: NonceSearch;
  /** The memory for scripts that have been verified, 16 MiB by default. */
  readonly scriptCacheBytes?: number;
  readonly log?: Log;
  /** Hears of what makes it impossible to go on, once. */
  readonly onFatal?: (error: unknown) => void;
}

export interface NetworkOptions {
  /** Where to take connections; nowhere by default. */
  readonly listen?: readonly Endpoint[];
  /** Connect to these, and to nobody else: names or addresses, with a port or without. */
  readonly connect?: readonly string[];
  /** Connect to these as well, whatever happens. */
  readonly addNode?: readonly string[];
  /** Ask these for addresses, once. */
  readonly seedNode?: readonly string[];
  /** Addresses of nodes that are known from elsewhere. */
  readonly known?: readonly Endpoint[];
  /** Peers that may do more, as in Bitcoin Core: `noban,relay@10.0.0.0/8`. */
  readonly whitelist?: readonly string[];
  readonly maxConnections?: number;
  /** Whether to find nodes on the local network, and be found. Never on public chains. */
  readonly discover?: boolean;
  readonly blocksOnly?: boolean;
  readonly serveBloomFilters?: boolean;
  readonly serveBlockFilters?: boolean;
  /** What to call this node beside its name, in brackets: `-uacomment`. */
  readonly comments?: readonly string[];
}
