import type { Endpoint } from '../outside/network/endpoint.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import type { IndexName } from './index/indexes.ts';
import type { Log } from './log/log.ts';
import type { MempoolOptions } from './mempool/mempool-options.ts';
import type { NonceSearch } from './mining/nonce-search.ts';
import type { OpenChainOptions } from './open-chain.ts';
import type { NetworkName } from './p2p/addresses/net-address.ts';
import type { ListenAt } from './p2p/network-parts.ts';
import type { ImplicitGrants } from './p2p/permissions.ts';

export interface NodeOptions {
  readonly params: ChainParams;
  /** Where everything is kept; without one, all is in memory. */
  readonly dataFolder?: string;
  readonly chain?: Omit<OpenChainOptions, 'params' | 'dataFolder' | 'scriptCache' | 'onFatal'>;
  readonly mempool?: Partial<MempoolOptions>;
  /** Whether what is in the mempool is kept from one run to the next: so by default, where there is a folder. */
  readonly persistMempool?: boolean;
  /** The version of blocks that are made here, where it shall not be the one that the rules lead to. */
  readonly blockVersion?: number;
  /** Which indexes to keep beside the chain. */
  readonly indexes?: readonly IndexName[];
  readonly network?: NetworkOptions;
  /** Finds nonces for blocks that are made here; in this process by default. Whoever gives it closes it. */
  readonly search?: NonceSearch;
  /** The memory for scripts that have been verified, 16 MiB by default. */
  readonly scriptCacheBytes?: number;
  readonly log?: Log;
  /** Hears, in Bitcoin Core's words, what the node is busy with while it starts. */
  readonly onPhase?: (words: string) => void;
  /** Hears of what makes it impossible to go on, once. */
  readonly onFatal?: (error: unknown) => void;
}

export interface NetworkOptions {
  /** Where to take connections; nowhere by default. */
  readonly listen?: readonly ListenAt[];
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
  /** Addresses by which others reach this node, beside those of the machine; port 0 is where it listens. */
  readonly externalAddresses?: readonly Endpoint[];
  /** Whether to tell others of the machine's own addresses, as it does by default: `-discover`. */
  readonly tellOwnAddresses?: boolean;
  /** What peers of the whitelist may do where it does not say what: `-whitelistrelay`, `-whitelistforcerelay`. */
  readonly whitelistGrants?: ImplicitGrants;
  /** The only networks to choose peers in: `-onlynet`. */
  readonly onlyNetworks?: readonly NetworkName[];
  /** Whether to look up names of hosts, as it does by default: `-dns`. */
  readonly lookUpNames?: boolean;
  /** Whether to ask the seeds of the chain for addresses: where few are known, which is the default. */
  readonly seeds?: 'never' | 'if-needed' | 'at-once';
  /** How long connecting may take: `-timeout`. */
  readonly connectTimeoutMs?: number;
  /** How long a peer may take to introduce itself: `-peertimeout`. */
  readonly peerTimeoutMs?: number;
  /** Bytes that a peer may send ahead, and may be sent: `-maxreceivebuffer`, `-maxsendbuffer`. */
  readonly receiveBufferBytes?: number;
  readonly sendBufferBytes?: number;
  /** How long a ban lasts where nobody says it: `-bantime`. */
  readonly banSeconds?: number;
  /** Whether to have connections from the beginning, as it does by default: `-networkactive`. */
  readonly isActive?: boolean;
}
