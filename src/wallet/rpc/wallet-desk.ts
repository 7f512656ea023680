import { RPC, RpcError } from '../../node/rpc/rpc-error.ts';
import type { Wallet } from '../wallet.ts';
import type { Wallets } from '../wallets.ts';

/** The wallets of a node, and what their methods have to know besides. */
export interface WalletDesk {
  readonly wallets: Wallets;
  /** Which wallets are opened at the next start: `load_on_startup`. */
  readonly startup: StartupWallets;
  /** `-walletrejectlongchains` */
  readonly rejectsLongChains: boolean;
}

/** The list of wallets in the settings file. */
export interface StartupWallets {
  /** @throws `CodedError` if it cannot be written */
  set(name: string, isLoaded: boolean): Promise<void>;
  /** These were opened though nobody had put them on the list: they are written with it. */
  assume?(names: readonly string[]): void;
}

const NONE_LOADED =
  'No wallet is loaded. Load a wallet using loadwallet or create a new one with createwallet. (Note: A default wallet is no longer automatically created)';

/**
 * The wallet that a call is for: that of its path, or the only one.
 *
 * @throws RpcError -18 if it is not open, -19 if there are several
 */
export function chooseWallet({ wallets }: WalletDesk, name: string | undefined): Wallet {
  if (name !== undefined) {
    const named = wallets.get(name);
    if (named !== undefined) return named;
    const words = 'Requested wallet does not exist or is not loaded';
    throw new RpcError(RPC.walletNotFound, words);
  }
  const [only, ...others] = wallets.loaded;
  if (only === undefined) throw new RpcError(RPC.walletNotFound, NONE_LOADED);
  if (others.length === 0) return only;
  throw new RpcError(
    RPC.walletNotSpecified,
    'Wallet file not specified (must request wallet RPC through /wallet/<filename> uri-path).',
  );
}
