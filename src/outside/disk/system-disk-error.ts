import { DiskError, type DiskErrorCode } from './disk-error.ts';

/** The names that the system has for what went wrong. Whatever is not here is a failing disk. */
const CODES: Readonly<Record<string, DiskErrorCode>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  ENOENT: 'not-found',
  EEXIST: 'exists',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOTDIR: 'not-a-folder',
  EISDIR: 'is-a-folder',
  ENOTEMPTY: 'not-empty',
  EMFILE: 'too-many-open',
  ENFILE: 'too-many-open',
  EFBIG: 'too-large',
  EBADF: 'denied',
};

/** Runs a call to the system, and names the action and the path if it fails. */
export async function attempt<T>(action: string, path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toDiskError(action, path, error);
  }
}

/** The typed error for one of the system's; anything else is a bug, and passes through. */
export function toDiskError(action: string, path: string, error: unknown): unknown {
  const name = systemCode(error);
  if (name === undefined) return error;
  const code = CODES[name];
  if (code !== undefined) return new DiskError(code, action, path);
  return new DiskError('io', action, path, `${name}: the disk failed; check its health`);
}

/** `ENOENT` and the like; undefined for an error that the system did not make. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
