import type { Credentials } from './start-node.ts';

/** The last block of the chain. */
export interface Tip {
  readonly hash: string;
  readonly height: number;
  /** Seconds since 1970. */
  readonly time: number;
}

/** What clients of JSON-RPC ask for one by one. */
export interface RpcAccess extends Credentials {
  readonly host: string;
  readonly port: number;
}

/** A wallet of a node: what is called here is called for it, as at the path `/wallet/NAME`. */
export interface NodeWallet {
  readonly name: string;
  /**
   * Calls a method of JSON-RPC for this wallet.
   *
   * @throws RpcError with Bitcoin Core's number and words
   */
  rpc<T = unknown>(method: string, ...args: readonly unknown[]): Promise<T>;
}
