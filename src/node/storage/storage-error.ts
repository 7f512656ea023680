import { DiskError, type DiskErrorCode } from '../../outside/disk/disk-error.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';

/**
 * - `corrupt`: a file does not hold what was written to it
 * - `full`: there is no room on the disk
 * - `denied`: a file or a folder may not be read or written
 * - `locked`: another process is at work in the folder
 * - `newer-version`: a later version of this program made the folder
 * - `foreign`: another program made the folder, or this one for another chain
 * - `closed`: the store has been closed
 * - `io`: whatever else the disk refused
 */
export type StorageErrorCode =
  | 'corrupt'
  | 'full'
  | 'denied'
  | 'locked'
  | 'newer-version'
  | 'foreign'
  | 'closed'
  | 'io';

/** What cures damage, unless whoever opens a store knows better. */
export const REINDEX = 'run with --reindex to build it anew from the blocks';

/**
 * What the storage cannot do. The message is one line: which file or folder, what is wrong with it,
 * and what helps.
 */
export class StorageError extends CodedError {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;
  readonly path: string;

  constructor(code: StorageErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}

/** A file that does not hold what was written to it, from this byte on. */
export function damaged(path: string, byte: number, what: string, cure = REINDEX): StorageError {
  return new StorageError('corrupt', path, `${path} is damaged at byte ${byte}: ${what}; ${cure}`);
}

/** A file that is gone. */
export function missing(path: string, cure = REINDEX): StorageError {
  return new StorageError('corrupt', path, `${path} is missing; ${cure}`);
}

const FROM_DISK: Partial<Readonly<Record<DiskErrorCode, StorageErrorCode>>> = {
  full: 'full',
  denied: 'denied',
  locked: 'locked',
  closed: 'closed',
};

/** What the disk refused, in the words of the storage; anything else as it is. */
export function toStorageError(error: unknown): unknown {
  if (!(error instanceof DiskError)) return error;
  const code = FROM_DISK[error.code] ?? 'io';
  return new StorageError(code, error.path, error.message, { cause: error });
}

/** Runs a call to the disk, and speaks of what it refused in the words of the storage. */
export async function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toStorageError(error);
  }
}

/** Whether an error is the disk's word that there is no such file. */
export function isNotFound(error: unknown): boolean {
  return error instanceof DiskError && error.code === 'not-found';
}
