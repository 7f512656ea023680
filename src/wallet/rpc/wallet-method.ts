import type { RpcContext } from '../../node/rpc/rpc-context.ts';
import type { MethodSpec } from '../../node/rpc/rpc-method.ts';
import type { Json } from '../../protocol/report/json-text.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import type { Wallet } from '../wallet.ts';
import type { WalletDesk } from './wallet-desk.ts';

/** What a method of wallets works on. */
export interface WalletCall {
  readonly desk: WalletDesk;
  readonly context: RpcContext;
  /**
   * The wallet that the call is for, once it has taken in all that its node has done: what it answers then
   * is true.
   *
   * @throws `RpcError` -18, -19: there is none, or nobody can tell which
   */
  readonly wallet: () => Promise<Wallet>;
  /** The same at once, for what does not depend on the chain, or tells how far the wallet is. */
  readonly walletNow: () => Wallet;
}

/** A method of wallets, as a row of the same table as those of nodes. */
export interface WalletMethod extends MethodSpec {
  run(args: readonly (JsonValue | undefined)[], call: WalletCall): Promise<Json> | Json;
}
