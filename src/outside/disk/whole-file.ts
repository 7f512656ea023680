/** Files as a whole. They are made of the steps that every disk has, so that all of them crash alike. */
import type { Disk, DiskFile, OpenOptions } from './disk.ts';
import { DiskError } from './disk-error.ts';
import { parentPath } from './disk-path.ts';

/**
 * Reads a whole file.
 *
 * @example
 * const config = new TextDecoder().decode(await readFile(disk, '/data/bitcoin.conf'));
 */
export async function readFile(disk: Disk, path: string): Promise<Uint8Array> {
  return withFile(disk.open(path, 'read'), async (file) => file.read(0, await file.size()));
}

/**
 * Writes a whole file, over what was there. A crash can leave a part of it: for what can be made
 * again. What cannot goes through {@link replaceFile}.
 */
export async function writeFile(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  options?: OpenOptions,
): Promise<void> {
  await withFile(disk.open(path, 'create', options), async (file) => {
    await file.truncate(0);
    await file.write(0, bytes);
  });
}

/** Replacements that are under way: one after the other, where they are for the same path. */
const replacements = new WeakMap<Disk, Map<string, Promise<void>>>();

/**
 * Replaces a whole file so that whatever happens, one finds the old content or the new one. When it
 * returns, the new one is durable. If it fails, the old one is still there.
 *
 * @example
 * await replaceFile(disk, '/data/peers.dat', bytes, { permissions: 0o600 });
 */
export async function replaceFile(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  options?: OpenOptions,
): Promise<void> {
  const underWay = replacements.get(disk) ?? new Map<string, Promise<void>>();
  replacements.set(disk, underWay);
  const before = underWay.get(path) ?? Promise.resolve();
  const replacement = before
    .catch(() => {})
    .then(() => replaceNow(disk, path, bytes, options))
    .finally(() => {
      if (underWay.get(path) === replacement) underWay.delete(path);
    });
  underWay.set(path, replacement);
  return replacement;
}

async function replaceNow(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  options?: OpenOptions,
): Promise<void> {
  // Always the same name, so that crashes leave one of them at most. What an earlier one left has
  // permissions of its own, so it is never written over.
  const temporary = `${path}.new`;
  await removeIfThere(disk, temporary);
  try {
    await withFile(disk.open(temporary, 'create-new', options), async (file) => {
      await file.write(0, bytes);
      await file.sync();
    });
    await disk.rename(temporary, path);
  } catch (error) {
    // Half a file on a full disk takes up the space that would help.
    await removeIfThere(disk, temporary).catch(() => {});
    throw error;
  }
  await disk.syncFolder(parentPath(path));
}

/** Removes a file; that it is not there is no failure. */
export async function removeIfThere(disk: Disk, path: string): Promise<void> {
  try {
    await disk.removeFile(path);
  } catch (error) {
    if (!(error instanceof DiskError && error.code === 'not-found')) throw error;
  }
}

async function withFile<T>(
  opening: Promise<DiskFile>,
  use: (file: DiskFile) => Promise<T>,
): Promise<T> {
  const file = await opening;
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
