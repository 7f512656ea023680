import { type Log, noLog } from '../node/log/log.ts';
import type { Node } from '../node/node.ts';
import type { RpcMethod } from '../node/rpc/rpc-method.ts';
import { MemoryStores } from '../node/storage/memory-stores.ts';
import type { Clock } from '../outside/clock/clock.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { joinWalletMethods } from '../wallet/rpc/join-wallet-methods.ts';
import type { StartupWallets } from '../wallet/rpc/wallet-desk.ts';
import { WalletError } from '../wallet/wallet-error.ts';
import { DEFAULT_WALLET_OPTIONS } from '../wallet/wallet-options.ts';
import { Wallets } from '../wallet/wallets.ts';
import { PausableSource } from './pausable-source.ts';
import type { ServiceOutside, WalletsOfService } from './service-options.ts';
import { startWords } from './start-words.ts';
import { logName, watchWallet } from './watch-wallet.ts';

export interface ServiceWalletsParts {
  readonly node: Node;
  readonly params: ChainParams;
  /** That of the node. */
  readonly clock: Clock;
  readonly log?: Log | undefined;
  /** Undefined for wallets in memory. */
  readonly folder: string | undefined;
  readonly options: WalletsOfService;
}

const MEMORY_FOLDER = '/wallets';

/** The wallets of a node in this process, with their methods. */
export class ServiceWallets {
  readonly wallets: Wallets;
  readonly methods: readonly RpcMethod[];
  readonly #source: PausableSource;
  readonly #options: WalletsOfService;

  constructor(parts: ServiceWalletsParts, outside: ServiceOutside) {
    const { node, params, clock, log = noLog, folder, options } = parts;
    const { wallet, onTransaction, rejectsLongChains = true } = options;
    const inMemory = { disk: new MemoryDisk(), openStore: new MemoryStores({ clock }).open };
    this.#options = options;
    this.#source = new PausableSource(node);
    this.wallets = new Wallets(
      {
        folder: folder ?? MEMORY_FOLDER,
        wallet: { ...DEFAULT_WALLET_OPTIONS, ...wallet, chain: params },
        source: this.#source,
        onOpen: (opened) => watchWallet(opened, { log, onTransaction }),
        onClosed: ({ name }) => log('note', 'node', `${logName(name)} Releasing wallet ${name}..`),
      },
      {
        ...{ clock, entropy: outside.entropy, backupDisk: outside.disk },
        ...(folder === undefined ? inMemory : { disk: outside.disk, openStore: outside.openStore }),
      },
    );
    const startup = options.startup ?? (folder === undefined ? NO_NEXT_START : NO_LIST);
    this.methods = joinWalletMethods({ wallets: this.wallets, startup, rejectsLongChains });
  }

  /**
   * Opens the wallets that are wished from the start; those that are not there are told of, and left out.
   *
   * @throws `WalletError`, `VaultError`, `StorageError` if there is one that cannot be opened
   */
  async openNamed(names: readonly string[], onPhase: (words: string) => void): Promise<void> {
    const { onWarning = () => {} } = this.#options;
    const isRepeated = (name: string, i: number): boolean => names.indexOf(name) < i;
    for (const [i, name] of names.entries()) {
      if (isRepeated(name, i)) {
        onWarning(`Ignoring duplicate -wallet ${name}.`);
        continue;
      }
      onPhase('Loading wallet…');
      try {
        await this.wallets.load(name);
      } catch (error) {
        if (!(error instanceof WalletError) || error.code !== 'not-found') throw error;
        onWarning(`Skipping -wallet path that doesn't exist. ${startWords(error)}`);
      }
    }
  }

  /** Resolves when all of them have taken in what the node has done. */
  async settled(): Promise<void> {
    await Promise.all(this.wallets.loaded.map((wallet) => wallet.settled()));
  }

  /** Does something while no wallet sends what waits. */
  async withoutSending<T>(work: () => Promise<T>): Promise<T> {
    this.#source.pause();
    try {
      await this.settled();
      return await work();
    } finally {
      await this.#source.goOn();
    }
  }

  close(): Promise<void> {
    return this.wallets.close();
  }
}

/** What is in memory has no next start. */
const NO_NEXT_START: StartupWallets = { set: async () => {} };

const NO_LIST: StartupWallets = {
  set: async () => {
    throw new WalletError('no-startup-list', 'nobody writes down here which wallets are opened');
  },
};
