import { RpcConnection } from '../../client/rpc-connection.ts';
import {
  cookieCredentials,
  passwordCredentials,
  type RpcCredentials,
} from '../../client/rpc-credentials.ts';
import { parseRpcUrl, type RpcUrl, RpcUrlError } from '../../client/rpc-url.ts';
import { MAX_TAG } from '../../miner/block-maker.ts';
import { meetNode } from '../../miner/meet-node.ts';
import { SoloMiner } from '../../miner/solo-miner.ts';
import { ThreadSearch } from '../../node/mining/thread-search.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import { endpointText } from '../../outside/network/endpoint.ts';
import { dataFolderOf } from '../chain/use-chain.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { findChain } from '../find-chain.ts';
import type { Io } from '../io.ts';
import { MineView } from '../mine/mine-view.ts';
import { nodeSettings } from '../rpc/node-settings.ts';
import type { mineSpec as spec } from '../table/mine.ts';
import { UsageError } from '../usage-error.ts';

type Arguments = ArgumentsOf<typeof spec>;

const HOME = '127.0.0.1';
const COOKIE_FILE = '.cookie';

export const mine: Command<typeof spec> = async (args, io) => {
  const wishes = wishesOf(args, io);
  const door = await connectionOf(args, io);
  const ending = new AbortController();
  const stopListening = io.onStop(() => ending.abort());
  const view = new MineView({ ...io, json: args.json });
  const search = new ThreadSearch(io.threads, { threads: wishes.threads, clock: io.clock });
  let isGood = false;
  try {
    await mineFor(door, wishes, { search, view, signal: ending.signal }, io);
    isGood = true;
    return EXIT_OK;
  } finally {
    view.end(isGood);
    stopListening();
    await search.close();
  }
};

interface Wishes {
  readonly address: string;
  readonly tag: Uint8Array;
  readonly threads: number;
  readonly blocks: number | undefined;
}

interface MineParts {
  readonly search: ThreadSearch;
  readonly view: MineView;
  readonly signal: AbortSignal;
}

async function mineFor(
  door: RpcConnection,
  { address, tag, threads, blocks }: Wishes,
  { search, view, signal }: MineParts,
  { clock, entropy }: Io,
): Promise<void> {
  const onWaiting = (error: Error, retryMs: number): void => view.waiting(error, retryMs);
  const met = await meetNode(address, { door, clock, signal, onWaiting });
  if (met === undefined) return;
  const { chain, scriptPubKey } = met;
  const miner = new SoloMiner(
    { door, search, clock, entropy },
    { scriptPubKey, tag, ...(blocks !== undefined && { blocks }) },
  );
  miner.on((event) => view.hear(event));
  const node = endpointText(door.endpoint);
  const many = threads === 1 ? '1 thread' : `${threads} threads`;
  const line = `Mining on ${chain} with ${many} for ${address}, for the node at ${node}. Ctrl-C ends it.`;
  view.begin(miner, line, { chain, address, threads, node });
  await miner.run(signal);
}

function wishesOf({ address, tag, threads, blocks }: Arguments, io: Io): Wishes {
  if (address === undefined) {
    throw new UsageError('missing-argument', '--address is missing: where the rewards go');
  }
  const bytes = new TextEncoder().encode(tag);
  if (bytes.length > MAX_TAG) {
    const message = `--tag has ${bytes.length} bytes; allowed are up to ${MAX_TAG}`;
    throw new UsageError('bad-value', message);
  }
  return { address, tag: bytes, threads: threads ?? Math.max(1, io.threads.cores - 1), blocks };
}

async function connectionOf(args: Arguments, io: Io): Promise<RpcConnection> {
  const params = await findChain(args.chain, io);
  const dataFolder = dataFolderOf(args.datadir, io);
  // Of a node that is somewhere else, the files of this machine know nothing.
  const settings =
    args.rpc === undefined ? await nodeSettings({ chain: args.chain }, dataFolder, io) : undefined;
  const url = urlOf(args.rpc ?? HOME, params.ports.rpc);
  const endpoint = settings?.endpoint ?? url.endpoint;
  const { clock, httpClient: http } = io;
  const isTold = [args.user, args.password, args.cookie].some((word) => word !== undefined);
  const credentials =
    settings === undefined || isTold
      ? credentialsOf(args, url, joinPath(joinPath(dataFolder, params.name), COOKIE_FILE), io)
      : settings.credentials(undefined);
  return new RpcConnection({ http, clock, endpoint, credentials });
}

function urlOf(text: string, port: number): RpcUrl {
  try {
    return parseRpcUrl(text, port);
  } catch (error) {
    if (error instanceof RpcUrlError) throw new UsageError('bad-value', `--rpc: ${error.message}`);
    throw error;
  }
}

function credentialsOf(
  { user, password, cookie }: Arguments,
  url: RpcUrl,
  defaultCookie: string,
  { disk, home }: Io,
): RpcCredentials {
  const secret = password ?? url.password;
  if (secret !== undefined) return passwordCredentials(user ?? url.user ?? '', secret);
  if (user !== undefined || url.user !== undefined) {
    throw new UsageError('missing-argument', '--password is missing: there is a user without one');
  }
  // A shell replaces the sign only where a word begins with it: not in --cookie=~/…
  const path = (cookie ?? defaultCookie).replace(/^~(?=[/\\])/, home);
  return cookieCredentials(disk, path);
}
