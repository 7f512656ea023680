/** Private keys in files: read with care for what else may stand there, written for nobody else's eyes. */

import type { Disk } from '../../outside/disk/disk.ts';
import { DiskError } from '../../outside/disk/disk-error.ts';
import { parentPath } from '../../outside/disk/disk-path.ts';
import { readFile, removeIfThere } from '../../outside/disk/whole-file.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { KeyError } from '../../protocol/keys/key-error.ts';
import { decodePem, encodePrivateKeyPem } from '../../protocol/keys/pem.ts';
import { CommandError } from '../command-error.ts';
import { quote, shellWord } from '../quote.ts';
import { UsageError } from '../usage-error.ts';

const SECRET_FILE = 0o600;
const OTHERS = 0o077;
/** No key takes more; it keeps a wrong file from being read into memory. */
const MAX_FILE = 64 * 1024;
/** What DER begins with: a sequence. */
const DER_START = 0x30;

/**
 * The private key in a PEM file.
 *
 * @throws CommandError `bad-key`, `unreadable`; `DiskError`
 */
export async function readPemKey(path: string, disk: Disk): Promise<Uint8Array> {
  checkName(path);
  const info = await disk.stat(path);
  if (info?.kind === 'folder') {
    throw new CommandError('unreadable', `${quote(path)} is a folder; name a file in it`);
  }
  if (info !== undefined && info.size > MAX_FILE) {
    throw new CommandError('bad-key', `${quote(path)} is too large for the file of a key`);
  }
  const bytes = await readFile(disk, path);
  try {
    const key = decodePem(new TextDecoder().decode(bytes));
    if (key.kind === 'private') return key.privateKey;
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new CommandError('bad-key', `${path}: ${error.message}${derHint(bytes, path)}`);
  }
  throw new CommandError('bad-key', `${path} holds a public key; the private one is wanted`);
}

/** How a file was left by {@link writePemKey}. */
export interface WrittenPem {
  /** False if it had the key already, and was left alone. */
  readonly isNew: boolean;
  /** Whether others may read it: of a file that was there. */
  readonly isOpen: boolean;
}

/**
 * Refuses what {@link writePemKey} would refuse whatever the key is: so that nobody types a passphrase for
 * nothing.
 *
 * @throws CommandError `exists`, `unreadable`
 */
export async function checkPemPath(path: string, disk: Disk): Promise<void> {
  checkName(path);
  const folder = await disk.stat(parentPath(path));
  if (folder?.kind !== 'folder') {
    throw new CommandError('unreadable', `there is no folder ${quote(parentPath(path))}`);
  }
  if ((await disk.stat(path)) !== undefined) await keyThere(path, disk);
}

/**
 * Writes a private key into a file of its own, durable when this returns. What is there is never written
 * over: it may be the only copy of another key.
 *
 * @throws CommandError `exists`; `DiskError`
 */
export async function writePemKey(path: string, key: Uint8Array, disk: Disk): Promise<WrittenPem> {
  try {
    await writeNew(path, encodePrivateKeyPem(key, 'sec1', 'compressed'), disk);
    return { isNew: true, isOpen: false };
  } catch (error) {
    if (!(error instanceof DiskError && error.code === 'exists')) throw error;
  }
  if (!equalBytes(await keyThere(path, disk), key)) {
    throw new CommandError('exists', `${quote(path)} holds another key; name another file`);
  }
  const info = await disk.stat(path);
  return { isNew: false, isOpen: info !== undefined && (info.permissions & OTHERS) !== 0 };
}

async function writeNew(path: string, text: string, disk: Disk): Promise<void> {
  const file = await disk.open(path, 'create-new', { permissions: SECRET_FILE });
  try {
    await file.write(0, new TextEncoder().encode(text));
    await file.sync();
  } catch (error) {
    await file.close();
    // Half of a key is no file that anybody asked for.
    await removeIfThere(disk, path).catch(() => {});
    throw error;
  }
  await file.close();
  await disk.syncFolder(parentPath(path));
}

/** The key in a file that is in the way. */
async function keyThere(path: string, disk: Disk): Promise<Uint8Array> {
  try {
    return await readPemKey(path, disk);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const what = `${quote(path)} is there already, and is another thing than this key`;
    throw new CommandError('exists', `${what}; name another file`);
  }
}

function derHint(bytes: Uint8Array, path: string): string {
  if (bytes[0] !== DER_START) return '';
  const [from, to] = [shellWord(path), shellWord(`${path}.pem`)];
  return `; if it is DER: openssl pkey -inform DER -in ${from} -out ${to}`;
}

function checkName(path: string): void {
  if (path === '') throw new UsageError('bad-value', 'FILE is empty; name one, such as shop.pem');
}
