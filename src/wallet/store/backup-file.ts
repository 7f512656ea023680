/** A whole wallet in one file. */
import type { KeyValueStore, StoreReader } from '../../node/storage/key-value-store.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';
import type { Disk } from '../../outside/disk/disk.ts';
import { readFile, replaceFile } from '../../outside/disk/whole-file.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { Reader } from '../../protocol/bytes/reader.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import { sha256 } from '../../protocol/crypto/hash.ts';
import { WalletError } from '../wallet-error.ts';

const MAGIC = new TextEncoder().encode('blockyard backup\n');
const VERSION = 1;
const SUM_SIZE = 32;

/** Whoever has the file has the coins, unless the wallet is encrypted. */
const OWNER_ONLY = 0o600;

/** The records of a wallet as the bytes of a file, with a checksum over all of them. */
async function encodeBackup(store: Pick<StoreReader, 'iterate'>): Promise<Uint8Array> {
  const writer = new Writer();
  writer.bytes(MAGIC);
  writer.u8(VERSION);
  for await (const [key, value] of store.iterate()) {
    writer.varBytes(key);
    writer.varBytes(value);
  }
  const body = writer.finish();
  return concatBytes(body, sha256(body));
}

/**
 * The records in a backup, to be written at once.
 *
 * @param path names the file in errors
 * @throws {@link WalletError} `not-a-backup`, `bad-backup`, `newer-version`
 */
function decodeBackup(bytes: Uint8Array, path: string): WriteBatch {
  if (!isBackup(bytes)) {
    throw new WalletError('not-a-backup', `${path} is no backup of a wallet; nothing was changed`);
  }
  const version = bytes[MAGIC.length] ?? 0;
  if (version > VERSION) {
    throw new WalletError(
      'newer-version',
      `${path} has version ${version}, and this program knows ${VERSION}: use the later program that wrote it`,
    );
  }
  const end = bytes.length - SUM_SIZE;
  const body = bytes.subarray(0, Math.max(0, end));
  if (end <= MAGIC.length || !equalBytes(sha256(body), bytes.subarray(end))) {
    throw bad(path, 'it is damaged, or cut off');
  }
  try {
    const reader = new Reader(body, MAGIC.length + 1);
    const batch = new WriteBatch();
    while (reader.remaining > 0) batch.put(reader.varBytes(), reader.varBytes());
    return batch;
  } catch (error) {
    if (error instanceof DecodeError) throw bad(path, 'it is damaged');
    throw error;
  }
}

/**
 * Writes a wallet into a file, for its owner alone. An older backup that was there is replaced when all
 * is written; any other file stays.
 *
 * @throws {@link WalletError} `exists`; `DiskError`
 */
export async function backupTo(store: KeyValueStore, disk: Disk, path: string): Promise<void> {
  await requireReplaceable(disk, path);
  const snapshot = store.snapshot();
  try {
    const bytes = await encodeBackup(snapshot);
    await replaceFile(disk, path, bytes, { permissions: OWNER_ONLY });
  } finally {
    await snapshot.release();
  }
}

/**
 * Reads a backup.
 *
 * @throws {@link WalletError} `not-a-backup`, `bad-backup`, `newer-version`; `DiskError`
 */
export async function readBackup(disk: Disk, path: string): Promise<WriteBatch> {
  return decodeBackup(await readFile(disk, path), path);
}

async function requireReplaceable(disk: Disk, path: string): Promise<void> {
  const found = await disk.stat(path);
  if (found === undefined || (found.kind === 'file' && found.size === 0)) return;
  if (found.kind === 'file' && isBackup(await readStart(disk, path))) return;
  throw new WalletError(
    'exists',
    `${path} is there already, and is no backup of a wallet: choose another name`,
    'Error: Wallet backup failed!',
  );
}

async function readStart(disk: Disk, path: string): Promise<Uint8Array> {
  const file = await disk.open(path, 'read');
  try {
    return await file.read(0, MAGIC.length);
  } finally {
    await file.close();
  }
}

function isBackup(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, MAGIC.length), MAGIC);
}

function bad(path: string, what: string): WalletError {
  return new WalletError(
    'bad-backup',
    `${path} cannot be restored: ${what}; nothing was changed`,
    `Wallet file verification failed. ${path}: ${what}`,
  );
}
