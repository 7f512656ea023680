import { joinPath } from '../../outside/disk/disk-path.ts';
import type { ConsensusParams } from '../../protocol/params/chain-params.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { Follower } from '../chain/ledger.ts';
import type { KeyValueStore, OpenStore } from '../storage/key-value-store.ts';
import { addressIndex } from './addresses/address-index.ts';
import { AddressReader } from './addresses/address-reader.ts';
import { coinIndex } from './coins/coin-index.ts';
import { CoinReader } from './coins/coin-reader.ts';
import { filterIndex } from './filters/filter-index.ts';
import { FilterReader } from './filters/filter-reader.ts';
import type { FollowerStatus } from './follower-runner.ts';
import { Followers, type FollowersParts } from './followers.ts';
import type { IndexDefinition } from './index-definition.ts';
import { statisticsIndex } from './statistics/statistics-index.ts';
import { StatisticsReader } from './statistics/statistics-reader.ts';
import { transactionIndex } from './transactions/transaction-index.ts';
import { TransactionReader } from './transactions/transaction-reader.ts';

const definitions = {
  transactions: (params: ConsensusParams): IndexDefinition => transactionIndex(params),
  addresses: (params: ConsensusParams): IndexDefinition => addressIndex(params),
  filters: (): IndexDefinition => filterIndex,
  statistics: (params: ConsensusParams): IndexDefinition => statisticsIndex(params),
  coins: (params: ConsensusParams): IndexDefinition => coinIndex(params),
} as const;

export type IndexName = keyof typeof definitions;

/** All that there are, in the order in which people are told of them. */
export const indexNames = Object.keys(definitions) as readonly IndexName[];

export interface IndexesOptions extends FollowersParts {
  readonly params: ConsensusParams;
  /** Those that are wanted. */
  readonly names: readonly IndexName[];
  /** Holds a folder for each of them: `indexes` in the folder of the chain. */
  readonly folder: string;
  readonly openStore: OpenStore;
}

/**
 * The indexes of a chain that somebody asked for, each with what looks things up in it.
 *
 * @example
 * const indexes = await Indexes.open({ names: ['addresses'], folder, openStore, chain, … });
 * await indexes.settled();
 * await indexes.addresses?.balance(scriptHash(scriptPubKey))
 */
export class Indexes {
  readonly transactions: TransactionReader | undefined;
  readonly addresses: AddressReader | undefined;
  readonly filters: FilterReader | undefined;
  readonly statistics: StatisticsReader | undefined;
  readonly coins: CoinReader | undefined;
  readonly #stores: ReadonlyMap<IndexName, KeyValueStore>;
  readonly #followers: Followers;

  private constructor(
    stores: ReadonlyMap<IndexName, KeyValueStore>,
    followers: Followers,
    { chain, clock, params }: IndexesOptions,
  ) {
    const reader = <T>(name: IndexName, make: (store: KeyValueStore) => T): T | undefined => {
      const store = stores.get(name);
      return store === undefined ? undefined : make(store);
    };
    this.#stores = stores;
    this.#followers = followers;
    this.transactions = reader('transactions', (store) => new TransactionReader(store, chain));
    this.addresses = reader('addresses', (store) => new AddressReader(store, clock));
    this.filters = reader('filters', (store) => new FilterReader(store));
    this.statistics = reader('statistics', (store) => new StatisticsReader(store, params));
    this.coins = reader('coins', (store) => new CoinReader(store));
  }

  /** Opens the stores, and begins to follow the chain. */
  static async open(options: IndexesOptions): Promise<Indexes> {
    const { names, folder, openStore, params } = options;
    const stores = new Map<IndexName, KeyValueStore>();
    try {
      for (const name of names) {
        const path = joinPath(folder, name);
        const cure = `remove the folder ${path}, and the index is built anew`;
        stores.set(name, await openStore(path, { cure }));
      }
      const places = [...stores].map(([name, store]) => ({
        definition: definitions[name](params),
        store,
      }));
      return new Indexes(stores, await Followers.start(places, options), options);
    } catch (error) {
      await closeAll(stores);
      throw error;
    }
  }

  /** How far each of them is. */
  get statuses(): readonly FollowerStatus[] {
    return this.#followers.statuses;
  }

  /** One of them, to be waited for. */
  follower(name: IndexName): Follower | undefined {
    return this.#followers.find(name);
  }

  /** Resolves when the answers of all of them take a block into account; the chain's tip by default. */
  settled(node?: BlockNode): Promise<void> {
    return this.#followers.settled(node);
  }

  /** Ends, and closes the stores. */
  async close(): Promise<void> {
    await this.#followers.stop();
    await closeAll(this.#stores);
  }
}

async function closeAll(stores: ReadonlyMap<IndexName, KeyValueStore>): Promise<void> {
  for (const store of stores.values()) await store.close();
}
