import type { Disk, DiskFile } from '../../outside/disk/disk.ts';
import { decode } from '../../protocol/bytes/codec.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { Reader } from '../../protocol/bytes/reader.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import { isMoney } from '../../protocol/primitives/amount.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { ByteArena } from './byte-arena.ts';
import { coinCodec, encodeCoin } from './coin-codec.ts';
import { BEST_BLOCK_KEY, COIN_RANGE, coinStoreKey, readBestBlock } from './store-keys.ts';
import {
  HEADER_SIZE,
  TxOutSetError,
  type TxOutSetHeader,
  txOutSetHeaderCodec,
} from './txoutset-file.ts';
import { type UtxoScanOptions, type UtxoStatistics, utxoStatistics } from './utxo-set.ts';

export interface LoadTxOutSetOptions extends UtxoScanOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly networkMagic: Uint8Array;
  /** Where the coins go: a store that has none. */
  readonly store: KeyValueStore;
  /** The height of the header's block: no coin can come from above it. */
  readonly baseHeight: number;
  /** The `hash_serialized_3` that these coins are known by. */
  readonly expectedHash?: Uint8Array;
}

const CHUNK = 1 << 20;
/** More than the longest coin with the number of its output, or the start of a transaction. */
const LONGEST_STEP = 16384;
const COINS_PER_BATCH = 2000;
const MAX_U32 = 0xffffffff;

/**
 * What a snapshot says of itself. The caller has to know its block before the coins can be loaded.
 *
 * @example
 * const { baseBlock } = await readTxOutSetHeader(disk, path, params.magic);
 */
export async function readTxOutSetHeader(
  disk: Disk,
  path: string,
  networkMagic: Uint8Array,
): Promise<TxOutSetHeader> {
  const file = await disk.open(path, 'read');
  try {
    return await readHeader(file, networkMagic);
  } finally {
    await file.close();
  }
}

async function readHeader(file: DiskFile, networkMagic: Uint8Array): Promise<TxOutSetHeader> {
  const bytes = await file.read(0, HEADER_SIZE);
  try {
    return decode(txOutSetHeaderCodec(networkMagic), bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const message = `Unable to parse metadata: ${file.path} ends after ${bytes.length} of ${HEADER_SIZE} bytes`;
    throw new TxOutSetError('truncated', message, { cause: error });
  }
}

/**
 * Loads a snapshot into a store, checks it, and only then writes down which block its coins are of:
 * a store without that is one to be thrown away, and so is this one if loading fails.
 *
 * Answers with what was in it.
 */
export async function loadTxOutSet(options: LoadTxOutSetOptions): Promise<UtxoStatistics> {
  const { disk, path, networkMagic, store, clock, expectedHash } = options;
  await checkEmpty(store);
  const file = await disk.open(path, 'read');
  try {
    const header = await readHeader(file, networkMagic);
    await loadCoins(file, header, options);
    const found = await utxoStatistics(store, 'hash_serialized_3', { clock });
    checkContent(found, header, expectedHash);
    const tip = new WriteBatch().put(BEST_BLOCK_KEY, header.baseBlock);
    await store.write(tip, { durable: true });
    return { ...found, bestBlock: header.baseBlock };
  } finally {
    await file.close();
  }
}

async function checkEmpty(store: KeyValueStore): Promise<void> {
  let used = (await readBestBlock(store)) !== undefined;
  for await (const _ of store.iterate({ ...COIN_RANGE, limit: 1 })) used = true;
  if (used) {
    throw new TxOutSetError(
      'store-not-empty',
      'a UTXO snapshot can only be loaded into a coin database that is empty',
    );
  }
}

async function loadCoins(
  file: DiskFile,
  { coinCount }: TxOutSetHeader,
  { store, clock, baseHeight, onProgress }: LoadTxOutSetOptions,
): Promise<void> {
  const stream = new FileStream(file, HEADER_SIZE);
  const progress: Progress = { loaded: 0, total: Number(coinCount) };
  let batch = new CoinBatch();
  while (progress.loaded < progress.total) {
    await stream.fill();
    const { txid, count } = readGroupStart(stream.reader, progress);
    for (let i = 0; i < count; i++) {
      if (stream.isLow) await stream.fill();
      readCoin(stream.reader, txid, baseHeight, progress, batch);
      progress.loaded++;
      if (batch.size < COINS_PER_BATCH) continue;
      await store.write(batch.changes);
      batch = new CoinBatch();
      onProgress?.(progress.loaded / progress.total);
      await clock.nextTurn();
    }
  }
  await store.write(batch.changes);
  onProgress?.(1);
  await stream.fill();
  if (stream.reader.remaining > 0) {
    throw new TxOutSetError(
      'left-over',
      `Bad snapshot - coins left over after deserializing ${progress.loaded} coins.`,
    );
  }
}

interface Progress {
  loaded: number;
  readonly total: number;
}

function readGroupStart(reader: Reader, progress: Progress): { txid: Txid; count: number } {
  const start = reading(progress, () => ({
    txid: reader.bytes(32) as Txid,
    count: reader.compactSize(),
  }));
  if (start.count > progress.total - progress.loaded) {
    throw new TxOutSetError(
      'count-mismatch',
      'Mismatch in coins count in snapshot metadata and actual snapshot data',
    );
  }
  return start;
}

function readCoin(
  reader: Reader,
  txid: Txid,
  baseHeight: number,
  progress: Progress,
  batch: CoinBatch,
): void {
  const { vout, coin } = reading(progress, () => ({
    vout: reader.compactSize(),
    coin: coinCodec.read(reader),
  }));
  if (coin.height > baseHeight || vout >= MAX_U32) throw badCoin(progress);
  if (!isMoney(coin.output.value)) throw badCoin(progress, ' - bad tx out value');
  batch.add(coinKey({ txid, vout }), encodeCoin(coin));
}

function badCoin({ loaded }: Progress, what = ''): TxOutSetError {
  return new TxOutSetError(
    'bad-coin',
    `Bad snapshot data after deserializing ${loaded} coins${what}`,
  );
}

function reading<T>({ loaded }: Progress, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new TxOutSetError(
      error.code === 'end-of-data' ? 'truncated' : 'bad-coin',
      `Bad snapshot format or truncated snapshot after deserializing ${loaded} coins.`,
      { cause: error },
    );
  }
}

function checkContent(
  found: UtxoStatistics,
  { coinCount }: TxOutSetHeader,
  expectedHash: Uint8Array | undefined,
): void {
  const hash = found.hash as Uint8Array;
  if (expectedHash !== undefined && !equalBytes(hash, expectedHash)) {
    throw new TxOutSetError(
      'wrong-content',
      `Bad snapshot content hash: expected ${toReversedHex(expectedHash)}, got ${toReversedHex(hash)}`,
    );
  }
  if (BigInt(found.txouts) !== coinCount) {
    throw new TxOutSetError(
      'wrong-content',
      `the snapshot holds ${found.txouts} different coins, and not the ${coinCount} that it speaks of`,
    );
  }
}

/** Coins on their way into the store. */
class CoinBatch {
  readonly changes = new WriteBatch();
  readonly #arena = new ByteArena();

  get size(): number {
    return this.changes.size;
  }

  add(key: Uint8Array, value: Uint8Array): void {
    this.changes.put(coinStoreKey(key, this.#arena), this.#arena.copy(value));
  }
}

/** A file from front to back, of which a part is in memory. */
class FileStream {
  readonly #file: DiskFile;
  #position: number;
  #ended = false;
  reader = new Reader(new Uint8Array(0));

  constructor(file: DiskFile, position: number) {
    this.#file = file;
    this.#position = position;
  }

  /** Whether the next step might need more than is in memory. */
  get isLow(): boolean {
    return !this.#ended && this.reader.remaining < LONGEST_STEP;
  }

  async fill(): Promise<void> {
    if (!this.isLow) return;
    const rest = this.reader.rest();
    const more = await this.#file.read(this.#position, CHUNK);
    this.#position += more.length;
    this.#ended = more.length < CHUNK;
    const joined = new Uint8Array(rest.length + more.length);
    joined.set(rest);
    joined.set(more, rest.length);
    this.reader = new Reader(joined);
  }
}
