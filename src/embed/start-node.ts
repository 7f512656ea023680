/** Puts an embedded node together: what it is given of the world, and what a test wants by default. */
import { type Log, noLog } from '../node/log/log.ts';
import { textLog } from '../node/log/log-lines.ts';
import { MemoryStores } from '../node/storage/memory-stores.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import { SystemDisk } from '../outside/disk/system-disk.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import { SystemEntropy } from '../outside/entropy/system-entropy.ts';
import { SystemHttp } from '../outside/http/system-http.ts';
import { SystemNetwork } from '../outside/network/system-network.ts';
import { LocalThreads } from '../outside/threads/local-threads.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { NodeService } from '../service/node-service.ts';
import type { ServiceOutside } from '../service/service-options.ts';
import { drawFaucetKey, type FaucetKey, keptFaucetKey } from './faucet-key.ts';
import type { NodeCore } from './node-core.ts';
import { NodeError } from './node-error.ts';
import { NodeEvents } from './node-events.ts';
import { secondsFrom } from './node-time.ts';
import { checkStartOptions, type P2pOptions, type StartOptions } from './start-options.ts';

const HOST = '127.0.0.1';
const USER = 'blockyard';
const PASSWORD_BYTES = 16;
/**
 * Nodes of a test tell each other of everything at once, and forgive each other everything: they are
 * all somebody's who is waiting.
 */
const WHITELIST = ['in,out,noban,relay,mempool,addr,download@127.0.0.0/8'];

/**
 * A chain for tests has no fees to estimate from; this is what Core's own tests pay. And to make a thousand
 * keys ahead of each kind takes most of a second.
 */
const WALLETS = { fallbackFeeRate: 20_000n, lookAhead: 100 } as const;

/** Who may call, and how. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface StartedNode {
  readonly core: NodeCore;
  readonly events: NodeEvents;
  readonly faucetKey: FaucetKey;
  readonly credentials: Credentials;
}

/** @throws CodedError if a port or a folder cannot be had */
export async function startNode(
  params: ChainParams,
  options: StartOptions,
  onFatal: (error: unknown) => void,
): Promise<StartedNode> {
  checkStartOptions(options);
  const outside = embeddedOutside(options);
  const { host = HOST, port = 0, user = USER } = options.rpc ?? {};
  const password = options.rpc?.password ?? toHex(outside.entropy.bytes(PASSWORD_BYTES));
  if (/[:\s]/.test(user) || user === '') {
    const allowed = 'text without colons and spaces';
    throw new NodeError('bad-option', `rpc.user is ${JSON.stringify(user)}; allowed: ${allowed}`);
  }
  const { time, indexes = ['transactions'], mempool } = options;
  const dataFolder = folderOf(options);
  const service = await NodeService.start(
    {
      node: {
        params,
        ...(dataFolder !== undefined && { dataFolder }),
        indexes,
        ...(mempool && { mempool }),
        network: networkOf(options),
        log: logOf(options, outside),
        onFatal,
      },
      rpc: { bind: [{ host, port }], users: [{ name: user, password }] },
      wallets: { wallet: WALLETS },
      ...(time !== undefined && { mockTime: secondsFrom(time) }),
    },
    outside,
  );
  try {
    // What waited in the mempool when the node was stopped waits again.
    await service.node.mempoolKeeper?.load();
    const { entropy, disk } = outside;
    const faucetKey =
      dataFolder === undefined
        ? drawFaucetKey(entropy)
        : await keptFaucetKey(disk, joinPath(dataFolder, params.name), entropy);
    return { ...coreOf(service, params, entropy), faucetKey, credentials: { user, password } };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

function coreOf(
  service: NodeService,
  params: ChainParams,
  entropy: Entropy,
): Pick<StartedNode, 'core' | 'events'> {
  const { node, clock } = service;
  const events = new NodeEvents(node);
  const settle = async (): Promise<void> => {
    await node.indexes.settled();
    await service.wallets?.settled();
    await events.delivered();
  };
  return { events, core: { service, node, params, clock, entropy, settle } };
}

/**
 * The doors of the machine. Threads are none: a test's few blocks are verified and mined faster than a
 * thread is started, and hundreds of nodes would have hundreds of them.
 */
function embeddedOutside({ keepAlive = false, storage }: StartOptions): ServiceOutside {
  const alive = { keepsProcessAlive: keepAlive };
  const clock = new SystemClock(alive);
  const disk = new SystemDisk();
  return {
    ...{ clock, disk },
    entropy: new SystemEntropy(),
    network: new SystemNetwork(alive),
    http: new SystemHttp(alive),
    threads: new LocalThreads(clock, 1),
    openStore: isInMemory(storage)
      ? new MemoryStores().open
      : async (path, options) => {
          // Its native code takes a while to load, and nodes in memory do without it.
          const { openLevelStore } = await import('../node/storage/level-store.ts');
          return openLevelStore(path, { disk, clock }, options);
        },
  };
}

function isInMemory(storage: StartOptions['storage']): boolean {
  return storage === undefined || storage === 'memory';
}

function folderOf({ storage }: StartOptions): string | undefined {
  if (storage === '') {
    throw new NodeError('bad-option', 'storage is ""; allowed: "memory", or the path of a folder');
  }
  return isInMemory(storage) ? undefined : storage;
}

function networkOf({ p2p = {}, comments = [] }: StartOptions) {
  const { listen = true, host = HOST, port = 0, connect = [] }: P2pOptions = p2p;
  return {
    listen: listen ? [{ host, port }] : [],
    // Nobody else is looked for.
    connect,
    whitelist: WHITELIST,
    comments,
  };
}

function logOf({ log, logLevel = 'info' }: StartOptions, { clock }: ServiceOutside): Log {
  if (log === undefined) return noLog;
  return textLog({ clock, least: logLevel, write: (line) => log(line.trimEnd()) });
}
