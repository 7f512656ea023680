import type { Clock } from '../../../outside/clock/clock.ts';
import type { Disk } from '../../../outside/disk/disk.ts';
import { DiskError } from '../../../outside/disk/disk-error.ts';
import { joinPath } from '../../../outside/disk/disk-path.ts';
import { readFile, removeIfThere, replaceFile } from '../../../outside/disk/whole-file.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { fromHex, toHex } from '../../../protocol/bytes/hex.ts';
import type { Log } from '../../log/log.ts';
import { AddressBook, type AddressBookParts } from './address-book.ts';
import {
  AddressFileError,
  decodeAddressBook,
  decodeAnchors,
  encodeAddressBook,
  encodeAnchors,
} from './address-file.ts';
import type { NetEndpoint } from './net-address.ts';

const BOOK = 'peers.dat';
const ANCHORS = 'anchors.dat';
const IDENTITY = 'node-id';
/** Only the owner reads them: they say whom this node knows. */
const OWNER_ONLY = { permissions: 0o600 };

/** As many as connections for blocks alone. */
const MOST_ANCHORS = 2;
const IDENTITY_BYTES = 8;

/** Core's DUMP_PEERS_INTERVAL: so much is lost at most when a node is killed. */
const SAVING_GAP_MS = 15 * 60_000;

/** Where a node keeps what it knows of others. */
export interface AddressFolder {
  readonly disk: Disk;
  readonly folder: string;
  readonly log: Log;
}

/**
 * The address book of the data folder; an empty one where there is none. A damaged one is put aside as
 * `peers.dat.bak`: addresses come back by themselves, and nobody should have to delete a file for that.
 *
 * @example
 * const book = await loadAddressBook({ disk, folder, log }, { clock, entropy, rules });
 */
export async function loadAddressBook(
  at: AddressFolder,
  parts: Omit<AddressBookParts, 'key'>,
): Promise<AddressBook> {
  const bytes = await readIfThere(at, BOOK);
  if (bytes !== undefined) {
    try {
      return decodeAddressBook(bytes, parts);
    } catch (error) {
      if (!(error instanceof AddressFileError)) throw error;
      await putAside(at, BOOK, error);
    }
  }
  return new AddressBook(parts);
}

export async function saveAddressBook(at: AddressFolder, book: AddressBook): Promise<void> {
  await replaceFile(at.disk, joinPath(at.folder, BOOK), encodeAddressBook(book), OWNER_ONLY);
}

/** Saves the book from time to time. Answers with what ends that. A disk that fails is told of once. */
export function keepSaved(at: AddressFolder, book: AddressBook, clock: Clock): () => void {
  let hasFailed = false;
  const save = (): void => {
    saveAddressBook(at, book).catch((error: unknown) => {
      if (!(error instanceof DiskError)) throw error;
      if (!hasFailed) at.log('warn', 'net', `addresses are not saved: ${error.message}`);
      hasFailed = true;
    });
    cancel = clock.schedule(SAVING_GAP_MS, save);
  };
  let cancel = clock.schedule(SAVING_GAP_MS, save);
  return () => cancel();
}

/**
 * The nodes to connect to first, for blocks alone: those of before the restart, so that whoever makes a
 * node restart does not get to choose its peers anew. They are forgotten at once, lest one that makes
 * this node crash be asked again.
 */
export async function takeAnchors(at: AddressFolder): Promise<readonly NetEndpoint[]> {
  const bytes = await readIfThere(at, ANCHORS);
  if (bytes === undefined) return [];
  await removeIfThere(at.disk, joinPath(at.folder, ANCHORS));
  try {
    return decodeAnchors(bytes).slice(0, MOST_ANCHORS);
  } catch (error) {
    if (!(error instanceof AddressFileError)) throw error;
    at.log(
      'warn',
      'net',
      `${joinPath(at.folder, ANCHORS)} is of no use and was removed: ${error.message}`,
    );
    return [];
  }
}

/** To be called when the node stops, with its connections for blocks alone. */
export async function saveAnchors(
  at: AddressFolder,
  anchors: readonly NetEndpoint[],
): Promise<void> {
  const bytes = encodeAnchors(anchors.slice(0, MOST_ANCHORS));
  await replaceFile(at.disk, joinPath(at.folder, ANCHORS), bytes, OWNER_ONLY);
}

/**
 * The name of this node on a local network, 16 hex digits drawn when it first started. It says nothing
 * about the node, and never leaves the room: on public chains nobody is told.
 */
export async function loadIdentity(at: AddressFolder, entropy: Entropy): Promise<string> {
  const bytes = await readIfThere(at, IDENTITY);
  const text = bytes === undefined ? '' : new TextDecoder().decode(bytes).trim();
  if (/^[0-9a-f]{16}$/.test(text)) return toHex(fromHex(text));
  const identity = toHex(entropy.bytes(IDENTITY_BYTES));
  const content = new TextEncoder().encode(`${identity}\n`);
  await replaceFile(at.disk, joinPath(at.folder, IDENTITY), content, OWNER_ONLY);
  return identity;
}

/** Keeps a file that cannot be read under another name, and says so once. */
export async function putAside(at: AddressFolder, name: string, error: Error): Promise<void> {
  const path = joinPath(at.folder, name);
  await at.disk.rename(path, `${path}.bak`);
  at.log(
    'warn',
    'net',
    `${path} cannot be read (${error.message}): kept as ${name}.bak, started afresh`,
  );
}

export async function readIfThere(
  at: AddressFolder,
  name: string,
): Promise<Uint8Array | undefined> {
  try {
    return await readFile(at.disk, joinPath(at.folder, name));
  } catch (error) {
    if (error instanceof DiskError && error.code === 'not-found') return undefined;
    throw error;
  }
}
