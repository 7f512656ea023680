import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { LOADERS } from './command-loaders.ts';
import { fakeIo } from './fake-io.ts';
import { runCommand } from './run-command.ts';

async function run(...words: readonly string[]) {
  const io = fakeIo();
  const code = await runCommand(words, io);
  return { code, ...io.said() };
}

it('without a word, everything is explained', async () => {
  const { code, out, err } = await run();
  expect(code).toBe(0);
  expect(out).toContain('Usage: blockyard COMMAND');
  expect(err).toBe('');
});

it('the version is that of the package', async () => {
  expect(await run('--version')).toEqual({
    code: 0,
    out: `blockyard ${packageJson.version}\n`,
    err: '',
  });
});

describe('a command line that is not understood', () => {
  it.each([
    [['decoed']],
    [['decode']],
    [['decode', 'tx']],
    [['decode', 'tx', '00', '--chian=lab']],
    [['decode', 'script', '00', '--chain', 'lb']],
    [['chain', 'list', 'extra\nword']],
    [['tour', '--json=maybe']],
    [['help', 'tour', 'extra']],
    [['help', 'chain', 'new', 'extra']],
  ])('%j is answered with one line, and exit code 2', async (words) => {
    const { code, out, err } = await run(...words);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^blockyard[^\n]*\n$/);
    expect(err).toMatch(/--help tells more\)\n$/);
  });
});

describe('a command that fails', () => {
  it('is answered with one line, and exit code 1', async () => {
    expect(await run('decode', 'header', '00')).toEqual({
      code: 1,
      out: '',
      err: 'blockyard decode: 1 byte makes no header: a header has 80\n',
    });
  });

  it('shows where in the code only when asked', async () => {
    const { code, err } = await run('decode', 'header', '00', '--debug');
    expect(code).toBe(1);
    expect(err).toContain('CommandError: 1 byte makes no header');
    expect(err).toMatch(/\n {4}at /);
  });
});

describe('a bug', () => {
  const broken = vi.spyOn(LOADERS, 'tour');

  it('is called one, with the way to see where', async () => {
    broken.mockRejectedValueOnce(new TypeError('x is\nundefined'));
    expect(await run('tour')).toEqual({
      code: 70,
      out: '',
      err: 'blockyard tour: this is a bug in Blockyard: TypeError: x is undefined; add --debug to see where\n',
    });
  });

  it('shows its trace when asked', async () => {
    broken.mockRejectedValueOnce(new TypeError('x'));
    const { code, err } = await run('tour', '--debug');
    expect(code).toBe(70);
    expect(err).toMatch(/^blockyard tour: this is a bug in Blockyard: TypeError: x\n/);
    expect(err).toMatch(/\n {4}at /);
  });

  it('may be anything that was thrown', async () => {
    broken.mockRejectedValueOnce('text');
    expect((await run('tour')).err).toContain('bug in Blockyard: string: text');
  });
});

describe('whatever is typed', () => {
  const vocabulary =
    'decode tx block header script address descriptor chain list show tour help lab main . / - -- ' +
    '--chain -chain=regtest --json -nojson --compact=2 --markdown --debug 00 51 6a raw(51) ' +
    'bc1pfeessrawgf constructor __proto__ --=';
  const word = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...vocabulary.split(' ')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  );
  const starts = [
    [],
    ...['tx', 'block', 'header', 'script', 'address', 'descriptor'].map((kind) => ['decode', kind]),
    ['chain', 'list'],
    ['chain', 'show'],
    ['tour'],
    ['help'],
  ];
  const line = fc
    .tuple(fc.constantFrom(...starts), fc.array(word, { maxLength: 5 }))
    .map(([start, rest]) => [...start, ...rest]);
  const input = fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.string({ maxLength: 20 }));

  it('is answered, or refused in one line, and is never a bug', async () => {
    await fc.assert(
      fc.asyncProperty(line, input, async (words, stdin) => {
        const io = fakeIo({ input: stdin });
        const code = await runCommand(words, io);
        const { out, err } = io.said();
        expect([0, 1, 2]).toContain(code);
        if (code === 0) expect({ err, said: out !== '' }).toEqual({ err: '', said: true });
        else if (!words.some((typed) => /^--?debug/.test(typed))) {
          expect(err).toMatch(/^blockyard[^\n]*\n$/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
