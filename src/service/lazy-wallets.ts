import type { Log } from '../node/log/log.ts';
import type { Node } from '../node/node.ts';
import { type MethodTable, methodTable } from '../node/rpc/method-table.ts';
import { nodeMethods, withHelp } from '../node/rpc/methods/all-methods.ts';
import type { Clock } from '../outside/clock/clock.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { walletPath } from '../wallet/wallet-path.ts';
import type { ServiceOutside, WalletsOfService } from './service-options.ts';
import type { ServiceWallets } from './service-wallets.ts';

export interface LazyWalletsParts {
  readonly options: WalletsOfService;
  readonly params: ChainParams;
  /** That of the node. */
  readonly clock: Clock;
  readonly log: Log;
  /** The folder of the chain; undefined in memory. */
  readonly chainFolder: string | undefined;
  readonly outside: ServiceOutside;
}

const ownMethods = methodTable(nodeMethods);
const FOLDER = 'wallets';

/**
 * The wallets of a service. Many a node has none: the code for them, which takes almost as long to load as a
 * node takes to start, is loaded when somebody opens one, or calls a method that is not the node's own.
 */
export class LazyWallets {
  readonly #parts: LazyWalletsParts;
  /** Where they are kept; undefined in memory. */
  readonly #folder: string | undefined;
  #node: Node | undefined;
  #loaded: Promise<ServiceWallets> | undefined;
  #table: Promise<MethodTable> | undefined;

  constructor(parts: LazyWalletsParts) {
    const { options, chainFolder } = parts;
    this.#parts = parts;
    this.#folder = options.folder ?? (chainFolder && joinPath(chainFolder, FOLDER));
  }

  /** The methods of the node and of its wallets. There is no call of one before {@link start}. */
  readonly methods: MethodTable = {
    get: (name) => ownMethods.get(name) ?? this.#methodsOfAll().then((table) => table.get(name)),
  };

  /** Opens those that are wished from the start. @throws `WalletError`, `VaultError`, `StorageError` */
  async start(node: Node, onPhase: (words: string) => void): Promise<void> {
    this.#node = node;
    const { log, options } = this.#parts;
    log('note', 'node', `Using wallet directory ${this.#folder ?? 'in memory'}`);
    const names = await this.#namesAtStart();
    if (options.names === undefined) options.startup?.assume?.(names);
    if (names.length > 0) await (await this.load()).openNamed(names, onPhase);
  }

  load(): Promise<ServiceWallets> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  /** Those that are open. */
  async opened(): Promise<readonly Wallet[]> {
    return (await this.#loaded)?.wallets.loaded ?? [];
  }

  /** Resolves when all that are open have taken in what the node has done. */
  async settled(): Promise<void> {
    await (await this.#loaded)?.settled();
  }

  /** Does something while no wallet sends what waits. */
  async withoutSending<T>(work: () => Promise<T>): Promise<T> {
    const wallets = await this.#loaded;
    return wallets === undefined ? work() : wallets.withoutSending(work);
  }

  async close(): Promise<void> {
    await (await this.#loaded)?.close();
  }

  /** As in Bitcoin Core, whoever names none has the one without a name, if it is there. */
  async #namesAtStart(): Promise<readonly string[]> {
    const { options, outside } = this.#parts;
    if (options.names !== undefined) return options.names;
    if (this.#folder === undefined) return [];
    const found = await outside.disk.stat(walletPath(this.#folder, ''));
    return found === undefined ? [] : [''];
  }

  #methodsOfAll(): Promise<MethodTable> {
    this.#table ??= this.load().then(({ methods }) =>
      methodTable(withHelp([...nodeMethods, ...methods])),
    );
    return this.#table;
  }

  async #load(): Promise<ServiceWallets> {
    const { ServiceWallets } = await import('./service-wallets.ts');
    const node = this.#node as Node;
    return new ServiceWallets({ ...this.#parts, node, folder: this.#folder }, this.#parts.outside);
  }
}
