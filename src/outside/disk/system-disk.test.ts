import { describe, expect, it } from 'vitest';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { DiskError } from './disk-error.ts';
import { joinPath, parentPath } from './disk-path.ts';
import { SystemDisk } from './system-disk.ts';
import { toDiskError } from './system-disk-error.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as Node words it`), { code, syscall: 'write' });
}

describe('the errors of the system', () => {
  it.each([
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    ['ENOENT', 'not-found'],
    ['EEXIST', 'exists'],
    ['EACCES', 'denied'],
    ['EPERM', 'denied'],
    ['EROFS', 'denied'],
    ['ENOTDIR', 'not-a-folder'],
    ['EISDIR', 'is-a-folder'],
    ['ENOTEMPTY', 'not-empty'],
    ['EMFILE', 'too-many-open'],
    ['ENFILE', 'too-many-open'],
    ['EFBIG', 'too-large'],
    ['EIO', 'io'],
    ['ENXIO', 'io'],
  ])('%s becomes "%s", in one line that names the path', (name, code) => {
    const error = toDiskError('write', '/data/blk00000.dat', systemError(name));
    expect(error).toBeInstanceOf(DiskError);
    expect(error).toBeInstanceOf(CodedError);
    expect(error).toMatchObject({ code, path: '/data/blk00000.dat', name: 'DiskError' });
    expect((error as DiskError).message).toMatch(/^cannot write \/data\/blk00000\.dat: [^\n]+$/);
  });

  it('that are bugs in the program pass through as they are', () => {
    const bug = new TypeError('undefined is not a function');
    expect(toDiskError('write', '/a', bug)).toBe(bug);
    const argument = Object.assign(new RangeError('out of range'), { code: 'ERR_OUT_OF_RANGE' });
    expect(toDiskError('write', '/a', argument)).toBe(argument);
  });

  it('say what helps against a full disk', () => {
    const error = toDiskError('write', '/a', systemError('ENOSPC')) as DiskError;
    expect(error.message).toBe(
      'cannot write /a: the disk is full; free some space and start again',
    );
  });
});

it.runIf(process.platform === 'linux')('meets a disk that is really full', async () => {
  const file = await new SystemDisk().open('/dev/full', 'update');
  await expect(file.write(0, new Uint8Array(10))).rejects.toMatchObject({
    code: 'full',
    path: '/dev/full',
  });
  await file.close();
});

it.runIf(process.platform === 'linux')('meets a folder that nobody may write to', async () => {
  const opening = new SystemDisk().open('/sys/blockyard', 'create');
  await expect(opening).rejects.toMatchObject({ code: 'denied', path: '/sys/blockyard' });
});

describe('paths', () => {
  it('are joined with one slash', () => {
    expect(joinPath('/data', 'blocks', 'blk00000.dat')).toBe('/data/blocks/blk00000.dat');
    expect(joinPath('/', 'a')).toBe('/a');
    expect(joinPath('C:/data/', 'a')).toBe('C:/data/a');
    expect(joinPath('data')).toBe('data');
  });

  it('have a folder above them', () => {
    expect(parentPath('/data/blocks')).toBe('/data');
    expect(parentPath('/data')).toBe('/');
    expect(parentPath('data/a')).toBe('data');
    expect(parentPath('data')).toBe('.');
  });
});

it.runIf(process.platform === 'linux')('makes no folder where none can be', async () => {
  for (const path of ['/proc/blockyard', '/proc/blockyard/regtest']) {
    const refused = expect(new SystemDisk().makeFolder(path)).rejects;
    await refused.toMatchObject({ code: 'not-found', path });
  }
});
