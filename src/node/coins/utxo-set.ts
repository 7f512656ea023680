/**
 * The set of all coins as a whole: how many, how much, and its hash in the two forms that Bitcoin
 * Core's `gettxoutsetinfo` gives.
 */
import { createHash, type Hash } from 'node:crypto';
import type { Clock } from '../../outside/clock/clock.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import type { Coin } from '../../protocol/consensus/coin.ts';
import { sha256 } from '../../protocol/crypto/hash.ts';
import { EMPTY_MUHASH, muHashDigest, muHashInsert } from '../../protocol/crypto/muhash.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { type OutPoint, outPointCodec, txOutCodec } from '../../protocol/primitives/transaction.ts';
import type { StoreReader } from '../storage/key-value-store.ts';
import { readBestBlock } from './store-keys.ts';
import { type UtxoGroup, utxoGroups } from './utxo-groups.ts';

/**
 * - `hash_serialized_3`: of all coins in the order of the database; what UTXO snapshots are known by
 * - `muhash`: of the set, in whatever order; a block later it can be had from the hash before
 */
export type UtxoHashType = 'hash_serialized_3' | 'muhash' | 'none';

export interface UtxoStatistics {
  /** The block that left these coins; undefined if nobody has said so yet. */
  readonly bestBlock: BlockHash | undefined;
  readonly transactions: number;
  readonly txouts: number;
  /** A size that depends on no database: a coin counts 50 and its script. */
  readonly bogosize: number;
  readonly totalAmount: bigint;
  /** In wire order, to be shown reversed; undefined where none was asked for. */
  readonly hash: Uint8Array | undefined;
}

export interface UtxoScanOptions {
  readonly clock: Clock;
  /** Hears how much is done, from 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What a coin counts in `bogosize` beside its script. */
export const BOGO_OVERHEAD = 32 + 4 + 4 + 8 + 2;
/** Coins that are worked through in a turn: by MuHash, some 15 ms. */
const COINS_PER_TURN = 1000;
/** Small updates are gathered: a call to the hash function costs as much as hundreds of bytes. */
const HASH_CHUNK = 32768;

/**
 * Goes over all coins. Take a snapshot first, so that they stay as they are meanwhile.
 *
 * @example
 * await cache.flush(tip);
 * const { hash } = await utxoStatistics(store.snapshot(), 'muhash', { clock });
 */
export async function utxoStatistics(
  snapshot: StoreReader,
  hashType: UtxoHashType,
  options: UtxoScanOptions,
): Promise<UtxoStatistics> {
  const tally = new UtxoTally(hashType);
  for await (const group of pacedGroups(snapshot, options)) tally.add(group);
  return { ...tally.finish(), bestBlock: await readBestBlock(snapshot) };
}

/** All coins, with turns for others in between. */
export async function* pacedGroups(
  snapshot: StoreReader,
  { clock, onProgress }: UtxoScanOptions,
): AsyncGenerator<UtxoGroup> {
  let sinceTurn = 0;
  for await (const group of utxoGroups(snapshot)) {
    yield group;
    sinceTurn += group.coins.length;
    if (sinceTurn < COINS_PER_TURN) continue;
    sinceTurn = 0;
    // Ids are evenly spread.
    onProgress?.(((group.txid[0] as number) * 256 + (group.txid[1] as number)) / 65536);
    await clock.nextTurn();
  }
  onProgress?.(1);
}

/** Statistics of coins that are added transaction by transaction, in the order of their ids. */
export class UtxoTally {
  readonly #hash: SetHash | undefined;
  #transactions = 0;
  #txouts = 0;
  #bogosize = 0;
  #totalAmount = 0n;

  constructor(hashType: UtxoHashType) {
    if (hashType === 'hash_serialized_3') this.#hash = serializedHash();
    else if (hashType === 'muhash') this.#hash = muHash();
  }

  add({ txid, coins }: UtxoGroup): void {
    this.#transactions++;
    const byNumber = coins.length > 1 ? [...coins].sort((a, b) => a.vout - b.vout) : coins;
    for (const { vout, coin } of byNumber) {
      this.#txouts++;
      this.#bogosize += BOGO_OVERHEAD + coin.output.scriptPubKey.length;
      this.#totalAmount += coin.output.value;
      this.#hash?.add({ txid, vout }, coin);
    }
  }

  finish(): Omit<UtxoStatistics, 'bestBlock'> {
    return {
      transactions: this.#transactions,
      txouts: this.#txouts,
      bogosize: this.#bogosize,
      totalAmount: this.#totalAmount,
      hash: this.#hash?.finish(),
    };
  }
}

interface SetHash {
  add(outPoint: OutPoint, coin: Coin): void;
  finish(): Uint8Array;
}

function serializedHash(): SetHash {
  const inner: Hash = createHash('sha256');
  const writer = new Writer(HASH_CHUNK * 2);
  return {
    add(outPoint, coin) {
      writeHashedCoin(writer, outPoint, coin);
      if (writer.length < HASH_CHUNK) return;
      inner.update(writer.finish());
      writer.clear();
    },
    finish() {
      return sha256(inner.update(writer.finish()).digest());
    },
  };
}

function muHash(): SetHash {
  let set = EMPTY_MUHASH;
  const writer = new Writer();
  return {
    add(outPoint, coin) {
      writeHashedCoin(writer.clear(), outPoint, coin);
      set = muHashInsert(set, writer.finish());
    },
    finish: () => muHashDigest(set),
  };
}

/** Both hashes are made of coins as they would be on the wire, not as they are in the database. */
export function writeHashedCoin(writer: Writer, outPoint: OutPoint, coin: Coin): void {
  outPointCodec.write(writer, outPoint);
  writer.u32(coin.height * 2 + (coin.isCoinbase ? 1 : 0));
  txOutCodec.write(writer, coin.output);
}
