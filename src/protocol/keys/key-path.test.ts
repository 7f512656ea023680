import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyError } from './key-error.ts';
import { formatPath, HARDENED, parsePath } from './key-path.ts';

describe('a key path', () => {
  it('is read as it is written', () => {
    const paths = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 255 });
    fc.assert(
      fc.property(paths, fc.constantFrom<'h' | "'">('h', "'"), (path, mark) => {
        expect(parsePath(formatPath(path, mark))).toEqual(path);
      }),
    );
  });

  it('has three marks for hardened steps, and may begin with m', () => {
    const hardened = 0x80000000;
    expect(HARDENED).toBe(hardened);
    const path = [hardened + 84, hardened, hardened + 2147483647, 0];
    expect(parsePath("m/84h/0H/2147483647'/0")).toEqual(path);
    expect(parsePath("84h/0H/2147483647'/0")).toEqual(path);
    expect(parsePath('m')).toEqual([]);
  });

  it.each([
    '',
    '/',
    'm/',
    'm//0',
    'm/0/',
    'M/0',
    'm/m',
    'm/-1',
    'm/2147483648',
    'm/0x1',
    'm/1hh',
    'm/h',
    'm/*',
    'm/1 ',
    'm/1e3',
  ])('is not %j', (text) => {
    expect(() => parsePath(text)).toThrow(KeyError);
    expect(() => parsePath(text)).toThrow(/is no step; a step is a number from 0 to 2147483647/);
  });

  it('has at most 255 steps, because a key knows its depth by a byte', () => {
    expect(parsePath(`m${'/0'.repeat(255)}`)).toHaveLength(255);
    expect(() => parsePath(`m${'/0'.repeat(256)}`)).toThrow('256 steps; at most 255');
  });
});
