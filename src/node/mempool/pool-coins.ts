/** What transactions spend: outputs of the chain, of the pool, or of the same package. */
import type { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { type Coin, type CoinKey, coinKey } from '../../protocol/consensus/coin.ts';
import type { OutPoint, Transaction, TxIn, TxOut } from '../../protocol/primitives/transaction.ts';
import type { ChainReader } from '../chain/chain-reader.ts';
import type { PoolEntry } from './pool-entry.ts';
import type { PoolGraph } from './pool-graph.ts';

/** The height of a coin that no block has made yet, as Bitcoin Core writes it. */
export const MEMPOOL_HEIGHT = 0x7fffffff;

export interface CoinSources {
  readonly graph: PoolGraph;
  readonly chain: Pick<ChainReader, 'coins' | 'coinInMemory'>;
}

/** The coins of a transaction, as far as they are known. */
export interface FoundCoins {
  readonly keys: readonly CoinKey[];
  /** One for each input. */
  readonly coins: (Coin | undefined)[];
  /** The numbers of the inputs whose coins are not in memory. They may be on the disk. */
  readonly unknown: readonly number[];
  /** Those in the pool that it spends from. */
  readonly parents: ReadonlySet<PoolEntry>;
}

const NO_PARENTS: ReadonlySet<PoolEntry> = new Set();
const NONE_UNKNOWN: readonly number[] = [];

/**
 * Looks for the coins of a transaction in memory, where most of them are: the blocks of late, and what
 * a block is expected to spend soon.
 *
 * @param others those of the same package that come before it
 */
export function coinsInMemory(
  tx: Transaction,
  { graph, chain }: CoinSources,
  others?: ByteMap<Transaction>,
): FoundCoins {
  const keys: CoinKey[] = [];
  const coins: (Coin | undefined)[] = [];
  let unknown: number[] | undefined;
  let parents: Set<PoolEntry> | undefined;
  for (const { prevout } of tx.inputs) {
    const key = coinKey(prevout);
    const parent = graph.get(prevout.txid);
    const maker = parent?.tx ?? others?.get(prevout.txid);
    if (parent !== undefined) {
      parents ??= new Set();
      parents.add(parent);
    }
    // A transaction that is not in a block has made no coins of the chain, so there is nowhere else.
    const coin = maker === undefined ? chain.coinInMemory(key) : unconfirmed(maker, prevout);
    if (coin === undefined && maker === undefined) {
      unknown ??= [];
      unknown.push(keys.length);
    }
    keys.push(key);
    coins.push(coin);
  }
  return { keys, coins, unknown: unknown ?? NONE_UNKNOWN, parents: parents ?? NO_PARENTS };
}

/** Brings in those that were not in memory, by one read. */
export async function loadUnknownCoins(found: FoundCoins, { chain }: CoinSources): Promise<void> {
  const { keys, coins, unknown } = found;
  const loaded = await chain.coins(unknown.map((input) => keys[input] as CoinKey));
  unknown.forEach((input, i) => {
    coins[input] = loaded[i];
  });
}

/** The coin that an output is, while no block has it. */
export function unconfirmed({ outputs }: Transaction, { vout }: OutPoint): Coin | undefined {
  const output = outputs[vout];
  return output && { output, height: MEMPOOL_HEIGHT, isCoinbase: false };
}

/** The outpoints whose coins do not exist. */
export function missingOutPoints(
  tx: Transaction,
  coins: readonly (Coin | undefined)[],
): readonly OutPoint[] {
  const missing: OutPoint[] = [];
  coins.forEach((coin, i) => {
    if (coin === undefined) missing.push((tx.inputs[i] as TxIn).prevout);
  });
  return missing;
}

export function outputsOf(coins: readonly Coin[]): readonly TxOut[] {
  return coins.map(({ output }) => output);
}
