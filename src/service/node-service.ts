import { noLog } from '../node/log/log.ts';
import { logSwitches } from '../node/log/log-categories.ts';
import { logMiner } from '../node/log-miner.ts';
import { Miner } from '../node/mining/continuous-miner.ts';
import { ThreadSearch } from '../node/mining/thread-search.ts';
import { Node } from '../node/node.ts';
import type { RpcCall } from '../node/rpc/json-rpc.ts';
import { callMethod, type MethodTable, methodTable } from '../node/rpc/method-table.ts';
import { allMethods } from '../node/rpc/methods/all-methods.ts';
import type { RpcContext } from '../node/rpc/rpc-context.ts';
import { type NodeContext, RpcServer, type RpcServerParts } from '../node/rpc/rpc-server.ts';
import { AdjustableClock } from '../outside/clock/adjustable-clock.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import type { Endpoint } from '../outside/network/endpoint.ts';
import type { Json } from '../protocol/report/json-text.ts';
import type { Wallets } from '../wallet/wallets.ts';
import { LazyWallets } from './lazy-wallets.ts';
import type { ServiceOptions, ServiceOutside } from './service-options.ts';

const methodsWithoutWallets = methodTable(allMethods);

interface ServiceParts {
  readonly node: Node;
  readonly methods: MethodTable;
  readonly wallets: LazyWallets | undefined;
  readonly clock: AdjustableClock;
  readonly search: ThreadSearch;
  readonly server: RpcServer | undefined;
  readonly miner: Miner | undefined;
  readonly context: NodeContext;
  readonly ending: AbortController;
  readonly stopWished: Promise<void>;
}

/**
 * A node with all that serves people and programs: a clock that can be set, JSON-RPC, a miner.
 *
 * @example
 * const service = await NodeService.start({ node: { params: regtest }, rpc: { bind, users } }, outside);
 * await service.call({ method: 'getblockcount', params: [] }); // 0
 * await service.stop();
 */
export class NodeService {
  readonly #parts: ServiceParts;
  #stopping: Promise<void> | undefined;

  private constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** Calls are taken from the first moment on, and told what the node is busy with, until it is there. */
  static async start(options: ServiceOptions, outside: ServiceOutside): Promise<NodeService> {
    const { mockTime } = options;
    // One core is left to peers, clients and scripts: whoever mines must hear of a new tip at once.
    const { mineThreads = Math.max(1, outside.threads.cores - 1) } = options;
    const { log = noLog } = options.node;
    const clock = new AdjustableClock(outside.clock);
    if (mockTime !== undefined) clock.freeze(mockTime * 1000);
    const startedAt = clock.monotonic();
    const search = new ThreadSearch(outside.threads, { threads: mineThreads, clock });
    const wallets = walletsOf(options, clock, outside);
    const methods = wallets?.methods ?? methodsWithoutWallets;
    const server = await serverOf(options, { clock, log, methods }, outside);
    const ending = new AbortController();
    let wishStop = (): void => {};
    const stopWished = new Promise<void>((resolve) => {
      wishStop = resolve;
    });
    let node: Node | undefined;
    try {
      await server?.start();
      const onPhase = (words: string): void => {
        server?.warmUp(words);
        options.node.onPhase?.(words);
      };
      node = await Node.open({ ...options.node, search, onPhase }, { ...outside, clock });
      onPhase('Starting network threads…');
      await node.connect();
      await wallets?.start(node, onPhase);
      const context: NodeContext = {
        ...{ node, clock, log, startedAt },
        ...{ entropy: outside.entropy, disk: outside.disk },
        ...foldersOf(options),
        stop: wishStop,
        logCategories: options.logCategories ?? logSwitches([]),
        signal: ending.signal,
      };
      const miner = minerOf(node, clock, options, outside);
      server?.ready(context);
      options.node.onPhase?.('Done loading');
      miner?.start();
      const made = { node, methods, wallets, clock, search, server, miner };
      return new NodeService({ ...made, context, ending, stopWished });
    } catch (error) {
      await server?.close();
      await wallets?.close().catch(() => {});
      await node?.stop().catch(() => {});
      await search.close();
      throw error;
    }
  }

  get node(): Node {
    return this.#parts.node;
  }

  /** The clock of the node, which can be set. */
  get clock(): AdjustableClock {
    return this.#parts.clock;
  }

  /** The wallets of the node, to be opened and asked; undefined if it is to have none. */
  async openWallets(): Promise<Wallets | undefined> {
    return (await this.#parts.wallets?.load())?.wallets;
  }

  /** The same for whoever changes the chain behind everybody's back. */
  get wallets(): LazyWallets | undefined {
    return this.#parts.wallets;
  }

  /** Mines all the time, if that was wished. */
  get miner(): Miner | undefined {
    return this.#parts.miner;
  }

  /** How many threads search for nonces. */
  get mineThreads(): number {
    return this.#parts.search.threads;
  }

  /** Where JSON-RPC is served. */
  get addresses(): readonly Endpoint[] {
    return this.#parts.server?.addresses ?? [];
  }

  /** Resolves when somebody has called the method `stop`. */
  get stopWished(): Promise<void> {
    return this.#parts.stopWished;
  }

  /**
   * Calls a method as a client does, without a server in between.
   *
   * @throws RpcError
   */
  call(call: RpcCall, { walletName }: Partial<Pick<RpcContext, 'walletName'>> = {}): Promise<Json> {
    const { context, methods } = this.#parts;
    return callMethod(methods, call, { ...context, walletName, activeCommands: () => [] });
  }

  /** Answers what is being asked, ends all else, and writes everything. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { node, search, server, wallets, miner, ending } = this.#parts;
    // Whoever waits for a block waits no longer.
    ending.abort();
    try {
      await miner?.stop();
      await server?.close();
    } finally {
      // Whatever becomes of one of them, the others are written as well.
      await Promise.resolve(wallets?.close()).finally(() => node.stop());
      await search.close();
    }
  }
}

function foldersOf({
  node: { dataFolder, params },
  userFolder = dataFolder,
}: ServiceOptions): Pick<NodeContext, 'folder' | 'dataFolder'> {
  const folder = dataFolder === undefined ? undefined : joinPath(dataFolder, params.name);
  return { folder, dataFolder: userFolder };
}

function walletsOf(
  options: ServiceOptions,
  clock: AdjustableClock,
  outside: ServiceOutside,
): LazyWallets | undefined {
  const { wallets, node } = options;
  if (wallets === undefined) return undefined;
  const { params, log = noLog } = node;
  const { folder } = foldersOf(options);
  return new LazyWallets({ options: wallets, params, clock, log, chainFolder: folder, outside });
}

async function serverOf(
  { rpc }: ServiceOptions,
  parts: Pick<RpcServerParts, 'clock' | 'log' | 'methods'>,
  { http }: ServiceOutside,
): Promise<RpcServer | undefined> {
  if (rpc === undefined) return undefined;
  if (rpc.rest !== true) return new RpcServer({ ...parts, http, options: rpc });
  // Few want it, and all would wait for its code.
  const { restHandler } = await import('../node/rest/rest-handler.ts');
  return new RpcServer({ ...parts, http, options: rpc, rest: restHandler(parts.methods) });
}

function minerOf(
  { chain, generator, search }: Node,
  clock: AdjustableClock,
  { node, mine }: ServiceOptions,
  { entropy }: Pick<ServiceOutside, 'entropy'>,
): Miner | undefined {
  if (mine === undefined) return undefined;
  // Two nodes that pay to the same address would search through the same blocks otherwise.
  const options = { extraNonce: entropy.u32(), ...mine };
  const miner = new Miner({ chain, generator, search, clock }, options);
  logMiner(miner, node.log ?? noLog);
  return miner;
}
