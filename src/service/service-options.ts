import type { NodeOutside } from '../node/node.ts';
import type { NodeOptions } from '../node/node-options.ts';
import type { RpcServerOptions } from '../node/rpc/rpc-server.ts';
import type { Http } from '../outside/http/http.ts';

export interface ServiceOptions {
  /** The node itself. Its search for nonces is brought by the service. */
  readonly node: Omit<NodeOptions, 'search'>;
  /** Where and to whom JSON-RPC is served; nowhere by default. */
  readonly rpc?: RpcServerOptions;
  /** Whom to mine for, from the beginning; without it the node mines when it is asked to. */
  readonly mine?: MineOptions;
  /** How many threads search for nonces; by default one less than there are cores, and at least one. */
  readonly mineThreads?: number;
  /** Seconds since 1970 at which the clock stands; it goes by default. */
  readonly mockTime?: number;
  /** Where files go that a user names without a folder: by default the node's data folder. */
  readonly userFolder?: string;
  /** What Core's `-debug` names, and whether it is logged: the method `logging` changes it. */
  readonly logCategories?: Map<string, boolean>;
}

export interface MineOptions {
  readonly scriptPubKey: Uint8Array;
  /** What every coinbase says of who made it; nothing by default. */
  readonly tag?: Uint8Array;
}

export interface ServiceOutside extends NodeOutside {
  readonly http: Http;
}
