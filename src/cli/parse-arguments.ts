/**
 * Reads the words behind the name of a command by its description.
 *
 * Options take one dash or two (`-chain=lab` as in Bitcoin Core, `--chain lab` as everywhere else),
 * stand before or behind the arguments, and end at `--`. Dashes inside of a name may be left out.
 */

import { nearestName } from '../protocol/bytes/nearest-name.ts';
import type { ArgumentSpec, CommandSpec, OptionSpec } from './command-spec.ts';
import { COMMON_OPTIONS } from './command-table.ts';
import { listNames, quote } from './quote.ts';
import { UsageError } from './usage-error.ts';

type Value = boolean | number | string | readonly string[] | undefined;

/**
 * The arguments and options by their names, as `ArgumentsOf` has their types.
 *
 * @example
 * parseArguments(COMMANDS.decode, ['tx', '00', '-chain=lab'])
 * // { kind: 'tx', data: '00', chain: 'lab', compact: false }
 */
export function parseArguments(
  spec: CommandSpec,
  words: readonly string[],
): Readonly<Record<string, Value>> {
  const values = startingValues(spec);
  const plain: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === '--') {
      plain.push(...words.slice(i + 1));
      break;
    }
    if (!isOption(word)) {
      plain.push(word);
      continue;
    }
    const { name, text, option, off } = matchOption(spec, word);
    if (option.kind === 'flag') {
      values.set(name, flagValue(name, text) !== off);
      continue;
    }
    let value = text;
    if (value === undefined) {
      const next = words[i + 1];
      if (next === undefined || (isOption(next) && !isNegative(next, option))) {
        throw new UsageError(
          'missing-argument',
          `--${name} needs a value: --${name} ${option.value}`,
        );
      }
      value = next;
      i++;
    }
    setOption(values, name, option, value);
  }
  takeArguments(spec, plain, values);
  return Object.fromEntries(values);
}

/** Whether a word is an option. A single dash is an argument: it stands for standard input. */
export function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

/** `--par -1`: below zero, a number begins as an option does. */
function isNegative(word: string, option: OptionSpec): boolean {
  return option.kind === 'number' && option.min < 0 && /^-\d+$/.test(word);
}

function startingValues(spec: CommandSpec): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const [name, option] of Object.entries(spec.options)) {
    if (option.kind === 'flag') values.set(name, option.default === true);
    else if (option.kind === 'list') values.set(name, []);
    else values.set(name, option.kind === 'text' ? option.default : undefined);
  }
  return values;
}

interface MatchedOption {
  readonly name: string;
  readonly option: OptionSpec;
  /** What stands behind the equals sign. */
  readonly text: string | undefined;
  /** Whether the flag was named with a `no` in front. */
  readonly off: boolean;
}

function matchOption(spec: CommandSpec, word: string): MatchedOption {
  const [typed = ''] = word.split('=', 1);
  const text = typed.length < word.length ? word.slice(typed.length + 1) : undefined;
  const options: Readonly<Record<string, OptionSpec>> = { ...COMMON_OPTIONS, ...spec.options };
  const key = withoutDashes(typed);
  for (const [name, option] of Object.entries(options)) {
    if (withoutDashes(name) === key) return { name, option, text, off: false };
    if (option.kind === 'flag' && `no${withoutDashes(name)}` === key) {
      return { name, option, text, off: true };
    }
  }
  const names = Object.keys(options);
  const near = nearestName(typed.replace(/^-+/, ''), names);
  const hint =
    near === undefined
      ? `the options are ${listNames(
          names.map((name) => `--${name}`),
          'and',
        )}`
      : `did you mean --${near}?`;
  throw new UsageError('unknown-option', `there is no option ${quote(typed)}; ${hint}`);
}

function withoutDashes(name: string): string {
  return name.replaceAll('-', '');
}

function flagValue(name: string, text: string | undefined): boolean {
  if (text === undefined || text === '1' || text === 'true') return true;
  if (text === '0' || text === 'false') return false;
  throw new UsageError('bad-value', `--${name}=${quote(text)} is neither on (1) nor off (0)`);
}

function setOption(
  values: Map<string, Value>,
  name: string,
  option: Exclude<OptionSpec, { kind: 'flag' }>,
  text: string,
): void {
  if (option.kind === 'list') {
    values.set(name, [...(values.get(name) as readonly string[]), text]);
  } else if (option.kind === 'text') {
    checkChoice(`--${name}`, option, text);
    values.set(name, text);
  } else {
    const number = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= option.min && number <= option.max)) {
      throw new UsageError(
        'bad-value',
        `--${name} is ${quote(text)}; allowed are whole numbers from ${option.min} to ${option.max}`,
      );
    }
    values.set(name, number);
  }
}

function takeArguments(
  spec: CommandSpec,
  words: readonly string[],
  values: Map<string, Value>,
): void {
  let taken = 0;
  const parts = Object.entries(spec.arguments);
  for (const [i, [name, argument]] of parts.entries()) {
    if (argument.many) {
      values.set(name, words.slice(taken));
      return;
    }
    // What may be left out is, where the words would not suffice for what follows: [FROM] AMOUNT TO.
    const needed = parts.slice(i + 1).filter(([, { optional }]) => !optional).length;
    const isLeftOut = argument.optional && words.length - taken <= needed;
    const word = isLeftOut ? undefined : words[taken];
    if (word !== undefined) {
      checkChoice(name.toUpperCase(), argument, word);
      taken++;
    } else if (!argument.optional) {
      throw new UsageError('missing-argument', missingArgument(name, argument));
    }
    values.set(name, word);
  }
  if (taken < words.length) {
    throw new UsageError('unexpected-argument', `${quote(words[taken] as string)} is one too many`);
  }
}

function checkChoice(
  name: string,
  { choices }: { readonly choices?: readonly string[] },
  word: string,
): void {
  if (choices === undefined || choices.includes(word)) return;
  const near = nearestName(word, choices);
  throw new UsageError(
    'bad-value',
    `${name} is ${quote(word)}; allowed are ${listNames(choices)}${
      near === undefined ? '' : `. Did you mean ${near}?`
    }`,
  );
}

function missingArgument(name: string, { about, choices }: ArgumentSpec): string {
  const detail = choices === undefined ? about.toLowerCase() : listNames(choices);
  return `${name.toUpperCase()} is missing: ${detail}`;
}
