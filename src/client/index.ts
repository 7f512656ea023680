export { type PlainJson, plainJson } from './plain-json.ts';
export type { BatchAnswer } from './read-reply.ts';
export { RpcCallError } from './rpc-call-error.ts';
export { RpcConnectError, type RpcConnectErrorCode } from './rpc-connect-error.ts';
export {
  type BatchCall,
  type CallOptions,
  type CallParams,
  RpcConnection,
  type RpcConnectionOptions,
} from './rpc-connection.ts';
export { cookieCredentials, passwordCredentials, type RpcCredentials } from './rpc-credentials.ts';
export { parseRpcUrl, type RpcUrl, RpcUrlError } from './rpc-url.ts';
