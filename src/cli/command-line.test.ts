import { describe, expect, it } from 'vitest';
import { asksForDebug, readCommandLine } from './command-line.ts';
import { COMMAND_NAMES, GROUPS, specOf } from './command-table.ts';
import { UsageError } from './usage-error.ts';

const all = { kind: 'help', topic: { kind: 'all' } };

describe('the name of the command', () => {
  it.each([
    [['tour'], { kind: 'command', name: 'tour', words: [] }],
    [['chain', 'show', 'lab'], { kind: 'command', name: 'chain show', words: ['lab'] }],
    [['-debug', 'chain', 'list'], { kind: 'command', name: 'chain list', words: ['-debug'] }],
    [['decode', '--', '--help'], { kind: 'command', name: 'decode', words: ['--', '--help'] }],
    [[], all],
    [['--debug'], all],
  ])('%j is found', (words, line) => {
    expect(readCommandLine(words)).toEqual(line);
  });

  it.each([
    [['decoed'], 'there is no command "decoed"; did you mean decode?'],
    [
      ['qqqqqq'],
      'the commands are start, tour, node, mine, rpc, sim, wallet, decode, chain, import and help',
    ],
    [['__proto__'], 'there is no command "__proto__"'],
    [
      ['chain'],
      'chain needs one more word: list, show, new, info, print, verify, utxo-hash or export',
    ],
    [
      ['chain', '--json'],
      'chain needs one more word: list, show, new, info, print, verify, utxo-hash or export',
    ],
    [['chain', 'lsit'], 'did you mean blockyard chain list?'],
    [
      ['chain', 'frobnicate'],
      'there are list, show, new, info, print, verify, utxo-hash and export',
    ],
    [['--json'], 'there is no option "--json" without a command'],
  ])('%j is refused', (words, message) => {
    expect(() => readCommandLine(words)).toThrow(UsageError);
    expect(() => readCommandLine(words)).toThrow(message);
  });
});

describe('help', () => {
  it.each(['--help', '-help', '-h', '-?'])('is asked for by %s, whatever else is wrong', (word) => {
    const topic = { kind: 'command', name: 'decode' };
    expect(readCommandLine(['decode', '--nonsense', word])).toEqual({ kind: 'help', topic });
    expect(readCommandLine([word])).toEqual(all);
    expect(readCommandLine([word, 'decode'])).toEqual({ kind: 'help', topic });
    expect(readCommandLine(['chain', word])).toEqual({
      kind: 'help',
      topic: { kind: 'group', name: 'chain' },
    });
    expect(readCommandLine(['chain', 'frobnicate', word])).toEqual({
      kind: 'help',
      topic: { kind: 'group', name: 'chain' },
    });
  });

  it('is not asked for by data', () => {
    expect(readCommandLine(['decode', 'script', '--', '-h']).kind).toBe('command');
  });
});

it('the version is asked for with one dash or two', () => {
  expect(readCommandLine(['-version'])).toEqual({ kind: 'version' });
  expect(readCommandLine(['decode', '--version'])).toEqual({ kind: 'version' });
});

it('stack traces are asked for even on a line that cannot be read', () => {
  expect(asksForDebug(['nonsense', '-debug'])).toBe(true);
  expect(asksForDebug(['decode', '--', '--debug'])).toBe(false);
});

describe('the table of commands', () => {
  it.each(COMMAND_NAMES)('teaches %s', (name) => {
    const { summary, examples, options } = specOf(name);
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
    expect(examples.length).toBeGreaterThan(0);
    // What another program does with the answer may stand beside.
    const own = examples.filter(({ line }) => !line.startsWith('openssl '));
    expect(own.length).toBeGreaterThan(0);
    for (const { line } of own) expect(line).toMatch(new RegExp(`^blockyard ${name}\\b`));
    // Two names that differ in dashes alone would be one name to the parser.
    const plain = Object.keys(options).map((option) => option.replaceAll('-', ''));
    expect(new Set(plain).size).toBe(plain.length);
  });

  it('has a group for each first word of two', () => {
    const firsts = COMMAND_NAMES.filter((name) => name.includes(' ')).map((n) => n.split(' ')[0]);
    expect(new Set(firsts)).toEqual(new Set(Object.keys(GROUPS)));
  });
});
