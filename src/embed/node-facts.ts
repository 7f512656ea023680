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
