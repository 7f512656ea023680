/**
 * `mempool.dat`: the pool while no node runs, in the format of Bitcoin Core 28. A version; a key, which
 * the rest is disguised with, so that scanners find no signatures of viruses in it; the transactions,
 * each with its time and what the operator added to its fee; additions to fees of transactions that are
 * not here; and the transactions that no peer has asked for yet.
 */
import type { Clock } from '../../outside/clock/clock.ts';
import type { Disk } from '../../outside/disk/disk.ts';
import { DiskError } from '../../outside/disk/disk-error.ts';
import { readFile, replaceFile } from '../../outside/disk/whole-file.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { type Codec, fixedBytes, i64, struct, vector } from '../../protocol/bytes/codec.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { compareBytes } from '../../protocol/bytes/compare.ts';
import { Reader } from '../../protocol/bytes/reader.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import {
  decodeTx,
  readTx,
  type Transaction,
  txCodec,
} from '../../protocol/primitives/transaction.ts';

/** A transaction of the pool. */
export interface SavedTransaction {
  readonly tx: Transaction;
  /** When it came, in seconds since 1970. */
  readonly time: number;
  /** What was added to its fee, in satoshis. */
  readonly feeDelta: bigint;
}

/** What was added to the fee of a transaction that is not in the pool, and may yet come. */
interface SavedFeeDelta {
  readonly txid: Txid;
  readonly delta: bigint;
}

export interface SavedMempool {
  /** Each after those that it spends from. */
  readonly transactions: readonly SavedTransaction[];
  readonly feeDeltas: readonly SavedFeeDelta[];
  /** Those that are to be announced until a peer asks for them. */
  readonly unbroadcast: readonly Txid[];
}

export interface LoadedMempool extends SavedMempool {
  /** What is wrong with the file, in a sentence; all before that was read. */
  readonly problem: string | undefined;
}

/** Without a key, as until Bitcoin Core 26. */
const VERSION_PLAIN = 1n;
const VERSION_DISGUISED = 2n;
const KEY_SIZE = 8;
/** Encoding so many takes a few milliseconds. */
const TRANSACTIONS_A_PIECE = 500;
const BYTES_A_PIECE = 1 << 20;

const feeDeltasCodec = vector(struct({ txid: fixedBytes<Txid>(32), delta: i64 }));
const txidsCodec = vector(fixedBytes<Txid>(32));

/**
 * The file that holds a pool, in version 2.
 *
 * @param key Eight bytes, best random ones.
 *
 * @example
 * decodeMempoolFile(encodeMempoolFile(saved, key)) // saved
 */
export function encodeMempoolFile(saved: SavedMempool, key: Uint8Array): Uint8Array {
  return finish(encoding(saved, key));
}

/**
 * Reads a `mempool.dat`, of version 1 or 2. Never fails: where it is damaged, `problem` says so, and
 * whatever was before that place is there.
 *
 * @example
 * const { transactions, problem } = decodeMempoolFile(bytes);
 */
export function decodeMempoolFile(bytes: Uint8Array): LoadedMempool {
  return finish(decoding(bytes));
}

/**
 * Replaces the file of a pool. A crash leaves the old one or the new one.
 *
 * @example
 * await saveMempool(disk, `${folder}/mempool.dat`, saved, { entropy, clock })
 */
export async function saveMempool(
  disk: Disk,
  path: string,
  saved: SavedMempool,
  { entropy, clock }: { readonly entropy: Entropy; readonly clock: Pick<Clock, 'nextTurn'> },
): Promise<void> {
  const bytes = await finishInTurns(encoding(saved, entropy.bytes(KEY_SIZE)), clock);
  await replaceFile(disk, path, bytes, { permissions: 0o600 });
}

/**
 * Reads the file of a pool; undefined if there is none.
 *
 * @example
 * const loaded = await loadMempool(disk, `${folder}/mempool.dat`, clock);
 */
export async function loadMempool(
  disk: Disk,
  path: string,
  clock: Pick<Clock, 'nextTurn'>,
): Promise<LoadedMempool | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(disk, path);
  } catch (error) {
    if (error instanceof DiskError && error.code === 'not-found') return undefined;
    throw error;
  }
  return finishInTurns(decoding(bytes), clock);
}

/** Work in pieces of a few milliseconds, and what comes out of it. */
type Pieces<T> = Generator<void, T, void>;

function finish<T>(pieces: Pieces<T>): T {
  for (;;) {
    const { done, value } = pieces.next();
    if (done === true) return value;
  }
}

async function finishInTurns<T>(pieces: Pieces<T>, clock: Pick<Clock, 'nextTurn'>): Promise<T> {
  for (;;) {
    const { done, value } = pieces.next();
    if (done === true) return value;
    await clock.nextTurn();
  }
}

function* encoding(saved: SavedMempool, key: Uint8Array): Pieces<Uint8Array> {
  const writer = new Writer();
  const start = writeHeader(writer, saved, key);
  let written = 0;
  for (const transaction of saved.transactions) {
    writeTransaction(writer, transaction);
    if (++written % TRANSACTIONS_A_PIECE === 0) yield;
  }
  writeRest(writer, saved);
  const bytes = writer.finish();
  yield* disguise(bytes, key, start);
  return bytes;
}

function* decoding(bytes: Uint8Array): Pieces<LoadedMempool> {
  const transactions: SavedTransaction[] = [];
  let feeDeltas: readonly SavedFeeDelta[] = [];
  let unbroadcast: readonly Txid[] = [];
  let count: bigint | undefined;
  let problem: string | undefined;
  try {
    const reader = yield* openFile(bytes);
    count = reader.u64();
    while (transactions.length < count) {
      transactions.push(readTransaction(reader));
      if (transactions.length % TRANSACTIONS_A_PIECE === 0) yield;
    }
    feeDeltas = feeDeltasCodec.read(reader);
    unbroadcast = txidsCodec.read(reader);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    problem = describeDamage(error, transactions.length, count);
  }
  return { transactions, feeDeltas, unbroadcast, problem };
}

/** Writes what is in front of the transactions, and answers where the disguise begins. */
function writeHeader(writer: Writer, { transactions }: SavedMempool, key: Uint8Array): number {
  writer.u64(VERSION_DISGUISED);
  keyCodec.write(writer, key);
  const start = writer.length;
  writer.u64(BigInt(transactions.length));
  return start;
}

function writeTransaction(writer: Writer, { tx, time, feeDelta }: SavedTransaction): void {
  txCodec.write(writer, tx);
  writer.i64(BigInt(time));
  writer.i64(feeDelta);
}

/** Both are ordered, as in Core, where they come out of ordered collections. */
function writeRest(writer: Writer, { feeDeltas, unbroadcast }: SavedMempool): void {
  feeDeltasCodec.write(
    writer,
    feeDeltas.toSorted((a, b) => compareTxids(a.txid, b.txid)),
  );
  txidsCodec.write(writer, unbroadcast.toSorted(compareTxids));
}

function compareTxids(a: Txid, b: Txid): number {
  return compareBytes(a, b);
}

/** The content without its disguise. The file's bytes are left as they are. */
function* openFile(bytes: Uint8Array): Pieces<Reader> {
  const reader = new Reader(bytes);
  const version = reader.u64();
  if (version === VERSION_PLAIN) return reader;
  if (version !== VERSION_DISGUISED) {
    throw new MempoolFileError(`its version is ${version}; versions 1 and 2 can be read`);
  }
  const key = keyCodec.read(reader);
  const plain = bytes.slice();
  yield* disguise(plain, key, reader.offset);
  return new Reader(plain, reader.offset);
}

const eightBytes = fixedBytes(KEY_SIZE);

/** A key has its length in front, and no other length than eight. */
const keyCodec: Codec<Uint8Array> = {
  minSize: 1 + KEY_SIZE,
  read(reader) {
    const key = reader.varBytes();
    if (key.length !== KEY_SIZE)
      throw new MempoolFileError(`its key has ${key.length} bytes, not 8`);
    return key;
  },
  write(writer, key) {
    writer.compactSize(KEY_SIZE);
    eightBytes.write(writer, key);
  },
};

/** Puts the disguise on, or takes it off. The key goes by the place in the file, header included. */
function* disguise(bytes: Uint8Array, key: Uint8Array, from: number): Pieces<void> {
  for (let i = from; i < bytes.length; i++) {
    bytes[i] = (bytes[i] as number) ^ (key[i % KEY_SIZE] as number);
    if (i % BYTES_A_PIECE === 0) yield;
  }
}

function readTransaction(reader: Reader): SavedTransaction {
  const start = reader.offset;
  readTx(reader);
  // From bytes of its own: a few transactions that stay for long would keep the whole file in memory.
  const tx = decodeTx(reader.data.slice(start, reader.offset));
  return { tx, time: Number(reader.i64()), feeDelta: reader.i64() };
}

function describeDamage(error: CodedError, read: number, count: bigint | undefined): string {
  if (count === undefined) return `cannot be read: ${error.message}`;
  const what =
    BigInt(read) < count
      ? `after transaction ${read} of ${count}`
      : `behind its ${count} transactions`;
  return `is damaged ${what}: ${error.message}; what comes before was read`;
}

/** A file that is none of these. Caught here; it leaves as a sentence. */
class MempoolFileError extends CodedError {
  override readonly name = 'MempoolFileError';
  readonly code = 'bad-mempool-file';

  constructor(problem: string) {
    super(problem);
  }
}
