/** Finds the node that a wallet works with, and makes sure that it is one of the same chain. */
import { IN_WARMUP, RpcCallError } from '../../client/rpc-call-error.ts';
import { RpcConnectError } from '../../client/rpc-connect-error.ts';
import { RpcConnection } from '../../client/rpc-connection.ts';
import {
  cookieCredentials,
  passwordCredentials,
  type RpcCredentials,
} from '../../client/rpc-credentials.ts';
import { parseRpcUrl, RpcUrlError } from '../../client/rpc-url.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import { type Endpoint, endpointText } from '../../outside/network/endpoint.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import type { ChainSource } from '../../wallet/source/chain-source.ts';
import { RpcSource } from '../../wallet/source/rpc-source.ts';
import { SourceError } from '../../wallet/source/source-error.ts';
import { CommandError } from '../command-error.ts';
import type { Io } from '../io.ts';
import { nodeSettings } from '../rpc/node-settings.ts';
import { UsageError } from '../usage-error.ts';
import type { Secrets } from './secrets.ts';
import type { WalletPlace } from './wallet-place.ts';

/** A node, or why there is none. */
export type FoundNode =
  | { readonly kind: 'found'; readonly source: ChainSource; readonly close: () => Promise<void> }
  | { readonly kind: 'none'; readonly reason: string }
  /** Nobody looked. */
  | { readonly kind: 'unwanted' };

interface Surroundings {
  readonly params: ChainParams;
  readonly dataFolder: string;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
}

/** A node that is there answers at once. */
const FIRST_ANSWER_MS = 3_000;
/** One that is starting is waited for. */
const WARM_UP_MS = 30_000;
const COOKIE_FILE = '.cookie';
const HOME = '127.0.0.1';

/**
 * Asks the node that is meant for its first block.
 *
 * @throws CommandError `wrong-chain`; UsageError for an address that is none
 */
export async function findNode(
  place: WalletPlace,
  around: Surroundings,
  io: Io,
): Promise<FoundNode> {
  if (place.offline === true) return { kind: 'unwanted' };
  const { endpoint, credentials } = await connectionOf(place, around, io);
  const { httpClient: http, clock } = io;
  const connection = new RpcConnection({ http, clock, endpoint, credentials });
  try {
    checkChain(await firstBlock(connection, around.signal), endpoint, around.params);
  } catch (error) {
    if (error instanceof RpcConnectError) {
      return { kind: 'none', reason: `no node at ${endpointText(endpoint)} (${error.reason})` };
    }
    if (!(error instanceof RpcCallError)) throw error;
    return { kind: 'none', reason: `the node at ${endpointText(endpoint)} says: ${error.message}` };
  }
  const source = new RpcSource({ connection, clock, chain: around.params });
  try {
    await source.reached(WARM_UP_MS, around.signal);
  } catch (error) {
    await source.close();
    if (!(error instanceof SourceError)) throw error;
    return { kind: 'none', reason: error.message };
  }
  return { kind: 'found', source, close: () => source.close() };
}

async function firstBlock(node: RpcConnection, signal: AbortSignal): Promise<string> {
  const ask = (waitMs?: number): Promise<string> =>
    node.call('getblockhash', [0], {
      timeoutMs: FIRST_ANSWER_MS,
      signal,
      ...(waitMs !== undefined && { waitMs }),
    });
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RpcCallError && error.number === IN_WARMUP) return ask(WARM_UP_MS);
    throw error;
  }
}

function checkChain(first: string, endpoint: Endpoint, { name, genesis }: ChainParams): void {
  if (first === toReversedHex(blockHash(genesis))) return;
  throw new CommandError(
    'wrong-chain',
    `the node at ${endpointText(endpoint)} follows another chain than ${name}: name the chain with --chain, or the node with --node`,
  );
}

interface Connection {
  readonly endpoint: Endpoint;
  readonly credentials: RpcCredentials;
}

async function connectionOf(place: WalletPlace, around: Surroundings, io: Io): Promise<Connection> {
  const { params, dataFolder, secrets } = around;
  const settings = await nodeSettings(place, dataFolder, io);
  const cookie = joinPath(joinPath(dataFolder, params.name), COOKIE_FILE);
  const url = place.node === undefined ? undefined : urlOf(place.node, params.ports.rpc);
  const endpoint = url?.endpoint ?? settings?.endpoint ?? { host: HOME, port: params.ports.rpc };
  if (url?.password !== undefined) {
    return { endpoint, credentials: passwordCredentials(url.user ?? '', url.password) };
  }
  const user = place.rpcuser ?? url?.user;
  if (user !== undefined && settings?.hasPassword !== true) {
    const password = await secrets.typed(`Password of ${user} at the node: `, 'the password');
    return { endpoint, credentials: passwordCredentials(user, password) };
  }
  const credentials = settings?.credentials(undefined) ?? cookieCredentials(io.disk, cookie);
  return { endpoint, credentials };
}

function urlOf(text: string, port: number) {
  try {
    return parseRpcUrl(text, port);
  } catch (error) {
    if (error instanceof RpcUrlError) throw new UsageError('bad-value', `--node: ${error.message}`);
    throw error;
  }
}
