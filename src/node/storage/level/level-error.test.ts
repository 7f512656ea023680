import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../outside/disk/disk-error.ts';
import { StorageError } from '../storage-error.ts';
import { toLevelError } from './level-error.ts';

const levelError = (code: string, message: string): Error =>
  Object.assign(new Error(message), { code });

const told = (error: unknown): unknown => toLevelError(error, 'write to', '/db', 'start over');

describe('what LevelDB says', () => {
  it.each([
    [
      'LEVEL_IO_ERROR',
      'IO error: /db/000005.log: No space left on device',
      'full',
      'cannot write to /db: the disk is full; free some space and start again',
    ],
    [
      'LEVEL_IO_ERROR',
      'IO error: /db/000005.log: There is not enough space on the disk.',
      'full',
      'cannot write to /db: the disk is full; free some space and start again',
    ],
    [
      'LEVEL_IO_ERROR',
      'IO error: /db/000005.log: Disk quota exceeded',
      'full',
      'cannot write to /db: the quota of disk space is used up; free some space and start again',
    ],
    [
      'LEVEL_IO_ERROR',
      'IO error: /db/LOCK: Permission denied',
      'denied',
      'cannot write to /db: permission denied; check who owns it and whether it may be written',
    ],
    [
      'LEVEL_IO_ERROR',
      'IO error: /db/000005.ldb: Too many open files',
      'io',
      'cannot write to /db: too many files are open; raise the limit (ulimit -n)',
    ],
    [
      'LEVEL_IO_ERROR',
      'IO error: /db/000005.ldb: Input/output error',
      'io',
      'cannot write to /db: IO error: /db/000005.ldb: Input/output error; check the health of the disk',
    ],
    [
      'LEVEL_IO_ERROR',
      'IO error: /db/000005.ldb: No such file or directory',
      'corrupt',
      'the database in /db is damaged (IO error: /db/000005.ldb: No such file or directory); start over',
    ],
    [
      'LEVEL_CORRUPTION',
      'Corruption: bad block type',
      'corrupt',
      'the database in /db is damaged (Corruption: bad block type); start over',
    ],
    [
      'LEVEL_LOCKED',
      'IO error: lock /db/LOCK: Resource temporarily unavailable',
      'locked',
      'cannot write to /db: it is in use by another process; stop that one first',
    ],
    [
      'LEVEL_DATABASE_NOT_OPEN',
      'Database is not open',
      'closed',
      'cannot write to /db: it has been closed',
    ],
  ])('is told in one line with what helps: %s, %s', (code, message, kind, expected) => {
    const bare = levelError(code, message);
    // As LevelDB's opening wraps it.
    const wrapped = new Error('Database failed to open', { cause: bare });
    for (const error of [bare, wrapped]) {
      expect(told(error)).toMatchObject({
        code: kind,
        path: '/db',
        message: expected,
        cause: error,
      });
    }
  });

  it('is left as it is where it is a bug, or has been told already', () => {
    for (const error of [
      new TypeError('undefined is not a function'),
      levelError('LEVEL_INVALID_KEY', 'Key cannot be null or undefined'),
      new StorageError('full', '/other', 'told already'),
      'a text',
    ]) {
      expect(told(error)).toBe(error);
    }
  });

  it('is told like the rest where the disk says it', () => {
    const error = new DiskError('denied', 'open', '/db/000001.log');
    expect(told(error)).toMatchObject({
      name: 'StorageError',
      code: 'denied',
      path: '/db/000001.log',
    });
  });
});
