import type { RpcMethod } from '../rpc-method.ts';
import { mempoolControlMethods } from './mempool-control.ts';
import { mempoolQueryMethods } from './mempool-queries.ts';
import { mempoolSubmitMethods } from './mempool-submit.ts';

/** What can be asked of the mempool, and done to it. */
export const mempoolMethods: readonly RpcMethod[] = [
  ...mempoolQueryMethods,
  ...mempoolSubmitMethods,
  ...mempoolControlMethods,
];
