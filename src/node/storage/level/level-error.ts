import { StorageError, type StorageErrorCode, toStorageError } from '../storage-error.ts';

/**
 * What the system says, in LevelDB's error texts: LevelDB passes on no numbers. The second of two is
 * that of another C library or of Windows.
 */
const SYSTEM_WORDS: readonly (readonly [RegExp, StorageErrorCode, string])[] = [
  [/No space left on device|not enough space/i, 'full', 'the disk is full'],
  [/quota exceeded/i, 'full', 'the quota of disk space is used up'],
  [/File too large/i, 'full', 'a file would be larger than is allowed'],
  [/Permission denied|Access is denied/i, 'denied', 'permission denied'],
  [/Operation not permitted/i, 'denied', 'permission denied'],
  [/Read-only file system/i, 'denied', 'the file system is read-only'],
  [/Too many open files/i, 'io', 'too many files are open; raise the limit (ulimit -n)'],
];

const REMEDIES: Partial<Readonly<Record<StorageErrorCode, string>>> = {
  full: '; free some space and start again',
  denied: '; check who owns it and whether it may be written',
};

/** The typed error for one of LevelDB's, or of the disk's; any other is a bug, and passes through. */
export function toLevelError(error: unknown, action: string, path: string, cure: string): unknown {
  const { code, message } = rootOf(error);
  if (code === undefined) return toStorageError(error);
  const options = { cause: error };
  if (code.endsWith('_NOT_OPEN')) {
    return new StorageError(
      'closed',
      path,
      `cannot ${action} ${path}: it has been closed`,
      options,
    );
  }
  if (code === 'LEVEL_LOCKED') {
    const text = `cannot ${action} ${path}: it is in use by another process; stop that one first`;
    return new StorageError('locked', path, text, options);
  }
  if (code === 'LEVEL_IO_ERROR') {
    for (const [pattern, kind, words] of SYSTEM_WORDS) {
      if (!pattern.test(message)) continue;
      const text = `cannot ${action} ${path}: ${words}${REMEDIES[kind] ?? ''}`;
      return new StorageError(kind, path, text, options);
    }
    if (!/No such file/i.test(message)) {
      const text = `cannot ${action} ${path}: ${message}; check the health of the disk`;
      return new StorageError('io', path, text, options);
    }
  } else if (code !== 'LEVEL_CORRUPTION') {
    return error;
  }
  const text = `the database in ${path} is damaged (${message}); ${cure}`;
  return new StorageError('corrupt', path, text, options);
}

/** LevelDB's own error, at the end of the chain of causes. */
function rootOf(error: unknown): { readonly code: string | undefined; readonly message: string } {
  if (!(error instanceof Error)) return { code: undefined, message: '' };
  if (error.cause instanceof Error) {
    const root = rootOf(error.cause);
    if (root.code !== undefined) return root;
  }
  const code = 'code' in error ? error.code : undefined;
  const isLevel = typeof code === 'string' && code.startsWith('LEVEL_');
  return { code: isLevel ? code : undefined, message: error.message };
}
