import { CodedError } from '../../protocol/bytes/coded-error.ts';

/** What a disk can refuse, and what a person can do about it. */
const REASONS = {
  full: 'the disk is full; free some space and start again',
  'not-found': 'there is no such file or folder',
  exists: 'it exists already',
  denied: 'permission denied; check who owns it and whether it may be written',
  locked: 'it is in use by another process',
  'not-a-folder': 'it is not a folder',
  'is-a-folder': 'it is a folder, and no file',
  'not-empty': 'there is something in it',
  'too-many-open': 'too many files are open; raise the limit (ulimit -n)',
  'too-large': 'it would be larger than this file system allows',
  unsupported: 'this file system cannot do that; use another one',
  closed: 'it has been closed',
  io: 'the disk failed; check its health and the system log',
} as const;

export type DiskErrorCode = keyof typeof REASONS;

/**
 * What the disk refused. The message is one line: what was tried on which path, why it failed, and
 * what helps.
 */
export class DiskError extends CodedError {
  override readonly name = 'DiskError';
  readonly code: DiskErrorCode;
  readonly path: string;

  /** `action` is the verb, as in "cannot *open* /data". `reason` replaces the usual words. */
  constructor(code: DiskErrorCode, action: string, path: string, reason: string = REASONS[code]) {
    super(`cannot ${action} ${path}: ${reason}`);
    this.code = code;
    this.path = path;
  }
}
