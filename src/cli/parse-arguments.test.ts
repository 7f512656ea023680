import { describe, expect, it } from 'vitest';
import type { CommandSpec } from './command-spec.ts';
import { parseArguments } from './parse-arguments.ts';
import { UsageError } from './usage-error.ts';

const spec = {
  summary: 'Test',
  about: [],
  arguments: {
    kind: { about: 'What', choices: ['tx', 'block'] },
    rest: { about: 'More', optional: true },
  },
  options: {
    chain: { kind: 'text', value: 'NAME', about: 'Which', default: 'main' },
    file: { kind: 'text', value: 'FILE', about: 'Where' },
    json: { kind: 'flag', about: 'How' },
    premine: { kind: 'list', value: 'X', about: 'Whom' },
    'max-depth': { kind: 'number', value: 'N', about: 'How deep', min: 1, max: 32 },
    par: { kind: 'number', value: 'N', about: 'How many', min: -4, max: 15 },
    type: { kind: 'text', value: 'TYPE', about: 'Which', choices: ['short', 'long'] },
  },
  examples: [],
} as const satisfies CommandSpec;

const nothing = {
  kind: 'tx',
  rest: undefined,
  chain: 'main',
  file: undefined,
  json: false,
  premine: [],
  'max-depth': undefined,
  par: undefined,
  type: undefined,
};

describe('options', () => {
  it.each([
    ['a flag', ['--json'], { json: true }],
    ['a flag with one dash', ['-json'], { json: true }],
    ['a flag that is set', ['-json=1'], { json: true }],
    ['a flag that is cleared', ['-json', '-json=0'], { json: false }],
    ['a flag denied', ['--json', '--no-json'], { json: false }],
    ["a flag denied in Core's way", ['-nojson'], { json: false }],
    ['a flag denied twice', ['-nojson=0'], { json: true }],
    ['a value behind an equals sign', ['--chain=lab'], { chain: 'lab' }],
    ['a value as the next word', ['--chain', 'lab'], { chain: 'lab' }],
    ['a value with one dash', ['-chain=lab'], { chain: 'lab' }],
    ['the last of two values', ['-chain=a', '-chain=b'], { chain: 'b' }],
    ['an empty value', ['-file='], { file: '' }],
    ['a value that holds an equals sign', ['-file=a=b'], { file: 'a=b' }],
    ['a value that begins with a dash', ['-file=-x'], { file: '-x' }],
    ['standard input as a value', ['--file', '-'], { file: '-' }],
    ['a list', ['--premine', 'a', '-premine=b'], { premine: ['a', 'b'] }],
    ['a number', ['--max-depth', '32'], { 'max-depth': 32 }],
    ['a number below zero', ['--par=-4'], { par: -4 }],
    ['a number below zero as the next word', ['--par', '-4'], { par: -4 }],
    ['one of some words', ['--type', 'long'], { type: 'long' }],
    ['a name without its inner dash', ['-maxdepth=7'], { 'max-depth': 7 }],
  ] as const)('can be %s', (_case, words, values) => {
    expect(parseArguments(spec, ['tx', ...words])).toEqual({ ...nothing, ...values });
    expect(parseArguments(spec, [...words, 'tx'])).toEqual({ ...nothing, ...values });
  });

  it('end at two dashes', () => {
    expect(parseArguments(spec, ['tx', '--', '--json'])).toEqual({ ...nothing, rest: '--json' });
  });

  it('common to all commands are known to each, and have their own place', () => {
    expect(parseArguments(spec, ['tx', '--debug'])).toEqual({ ...nothing, debug: true });
  });
});

describe('what cannot be meant', () => {
  it.each([
    [['tx', '--chian', 'lab'], 'there is no option "--chian"; did you mean --chain?'],
    [['tx', '--chain'], '--chain needs a value: --chain NAME'],
    [['tx', '--chain', '--json'], '--chain needs a value: --chain NAME'],
    [['tx', '--json=maybe'], '--json="maybe" is neither on (1) nor off (0)'],
    [['tx', '-maxdepth=0'], '--max-depth is "0"; allowed are whole numbers from 1 to 32'],
    [['tx', '-maxdepth=1e1'], '--max-depth is "1e1"; allowed are whole numbers from 1 to 32'],
    [['tx', '-maxdepth='], '--max-depth is ""; allowed are whole numbers from 1 to 32'],
    [['tx', '--par=-5'], '--par is "-5"; allowed are whole numbers from -4 to 15'],
    [['tx', '--par', '--json'], '--par needs a value: --par N'],
    [['tx', '-maxdepth', '-3'], '--max-depth needs a value: --max-depth N'],
    [['tx', '--type=lnog'], '--type is "lnog"; allowed are short or long. Did you mean long?'],
    [['tx', 'a', 'b'], '"b" is one too many'],
    [[], 'KIND is missing: tx or block'],
    [['bloc'], 'KIND is "bloc"; allowed are tx or block. Did you mean block?'],
    [['\u001b[2J'], 'KIND is "\\u001b[2J"; allowed are tx or block'],
  ] as const)('%j is refused in one line', (words, message) => {
    expect(() => parseArguments(spec, words)).toThrow(UsageError);
    expect(() => parseArguments(spec, words)).toThrow(message);
  });

  it('an option like no other is answered with all of them', () => {
    expect(() => parseArguments(spec, ['tx', '--zzzzzzzz'])).toThrow(
      'the options are --help, --version, --debug, --chain, --file, --json, --premine, --max-depth, --par and --type',
    );
  });

  it('names that every object has are not options', () => {
    for (const word of ['--__proto__', '--constructor=1', '--toString']) {
      expect(() => parseArguments(spec, ['tx', word])).toThrow('there is no option');
    }
  });
});

it('what may be left out in front is, where there are words for the rest alone', () => {
  const send = {
    ...spec,
    arguments: {
      from: { about: 'Who', optional: true },
      amount: { about: 'How much' },
      to: { about: 'Whom' },
    },
    options: {},
  } as const satisfies CommandSpec;
  expect(parseArguments(send, ['1', 'ada'])).toEqual({ from: undefined, amount: '1', to: 'ada' });
  expect(parseArguments(send, ['me', '1', 'ada'])).toEqual({ from: 'me', amount: '1', to: 'ada' });
  expect(() => parseArguments(send, ['1'])).toThrow('TO is missing');
  expect(() => parseArguments(send, ['me', '1', 'ada', 'x'])).toThrow('"x" is one too many');
});
