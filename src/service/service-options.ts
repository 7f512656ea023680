import type { NodeOutside } from '../node/node.ts';
import type { NodeOptions } from '../node/node-options.ts';
import type { RpcServerOptions } from '../node/rpc/rpc-server.ts';
import type { Http } from '../outside/http/http.ts';
import type { WalletTx } from '../wallet/ledger/wallet-tx.ts';
import type { StartupWallets } from '../wallet/rpc/wallet-desk.ts';
import type { Wallet } from '../wallet/wallet.ts';
import type { WalletOptions } from '../wallet/wallet-options.ts';

export interface ServiceOptions {
  /** The node itself. Its search for nonces is brought by the service. */
  readonly node: Omit<NodeOptions, 'search'>;
  /** Where and to whom JSON-RPC is served; nowhere by default. */
  readonly rpc?: RpcServerOptions;
  /** Whom to mine for, from the beginning; without it the node mines when it is asked to. */
  readonly mine?: MineOptions;
  /** The wallets of the node; without it there are none, nor their methods. */
  readonly wallets?: WalletsOfService;
  /** How many threads search for nonces; by default one less than there are cores, and at least one. */
  readonly mineThreads?: number;
  /** Seconds since 1970 at which the clock stands; it goes by default. */
  readonly mockTime?: number;
  /** Where files go that a user names without a folder: by default the node's data folder. */
  readonly userFolder?: string;
  /** What Core's `-debug` names, and whether it is logged: the method `logging` changes it. */
  readonly logCategories?: Map<string, boolean>;
}

export interface WalletsOfService {
  /** How they behave, where it is not as by default. */
  readonly wallet?: Partial<Omit<WalletOptions, 'chain'>>;
  /**
   * Where they are kept: by default `wallets` in the folder of the chain, and in memory where the chain is
   * there as well.
   */
  readonly folder?: string;
  /** Which are opened at the start; the one without a name by default. Those that are not there are left out. */
  readonly names?: readonly string[] | undefined;
  /** Writes down which are opened at the next start; nobody by default. */
  readonly startup?: StartupWallets;
  /** Whether no payment is made that the mempool would refuse for its ancestors: so by default. */
  readonly rejectsLongChains?: boolean;
  /** Hears of each transaction of a wallet that is new, or stands elsewhere than before. */
  readonly onTransaction?: (wallet: Wallet, walletTx: WalletTx) => void;
  /** Hears of what is odd and does no harm, in Bitcoin Core's words. */
  readonly onWarning?: (words: string) => void;
}

export interface MineOptions {
  readonly scriptPubKey: Uint8Array;
  /** What every coinbase says of who made it; nothing by default. */
  readonly tag?: Uint8Array;
}

export interface ServiceOutside extends NodeOutside {
  readonly http: Http;
}
