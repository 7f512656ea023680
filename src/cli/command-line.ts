/** Finds out which command is meant, before its own words are read. */

import { nearestName } from '../protocol/bytes/nearest-name.ts';
import { COMMAND_NAMES, type CommandName, GROUPS, specOf } from './command-table.ts';
import { isOption } from './parse-arguments.ts';
import { listNames, quote } from './quote.ts';
import { UsageError } from './usage-error.ts';

export type CommandLine =
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly topic: HelpTopic }
  | {
      readonly kind: 'command';
      readonly name: CommandName;
      /** What is left for the command to read. */
      readonly words: readonly string[];
    };

/** A command, the commands that share a first word, or all of them. */
export type HelpTopic =
  | { readonly kind: 'command'; readonly name: CommandName }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'all' };

/** Ways to ask for help and for the version: `-?` is Bitcoin Core's, `-h` everybody else's. */
const HELP = /^(--?help|-h|-\?)$/;
const VERSION = /^--?version$/;
const DEBUG = /^--?debug$/;

/**
 * Reads a command line as far as the name of the command. Whoever asks for help gets it, whatever
 * else may be wrong.
 *
 * @example
 * readCommandLine(['chain', 'show', 'lab']) // { kind: 'command', name: 'chain show', words: ['lab'] }
 */
export function readCommandLine(words: readonly string[]): CommandLine {
  const itself = COMMAND_NAMES.find((name) => name === words[0] && specOf(name).readsItself);
  if (itself !== undefined) return { kind: 'command', name: itself, words: words.slice(1) };
  const { before, rest } = splitLeadingOptions(words);
  if (asksFor(HELP, words)) return { kind: 'help', topic: helpTopic(rest) };
  if (asksFor(VERSION, words)) return { kind: 'version' };
  if (rest.length === 0) {
    const stray = before.find((word) => !DEBUG.test(word));
    if (stray !== undefined) throw new UsageError('unknown-option', strayOption(stray));
    return { kind: 'help', topic: { kind: 'all' } };
  }
  const topic = findTopic(rest);
  if (topic.kind === 'command') {
    const behind = rest.slice(topic.name.split(' ').length);
    return { kind: 'command', name: topic.name, words: [...before, ...behind] };
  }
  throw new UsageError(
    'missing-argument',
    `${rest[0]} needs one more word: ${listNames(secondWords(rest[0] as string))}`,
  );
}

/** Whether stack traces are wanted. Asked apart, because the rest of the line may be unreadable. */
export function asksForDebug(words: readonly string[]): boolean {
  return asksFor(DEBUG, words);
}

/**
 * The topic that the words behind `help` name.
 *
 * @example
 * findTopic(['chain', 'new']) // { kind: 'command', name: 'chain new' }
 */
export function findTopic(words: readonly string[]): HelpTopic {
  const [first, second] = words;
  if (first === undefined) return { kind: 'all' };
  const name = COMMAND_NAMES.find((known) => known === first);
  if (name !== undefined) return { kind: 'command', name };
  if (!Object.hasOwn(GROUPS, first)) throw unknownCommand(first);
  if (second === undefined || isOption(second)) return { kind: 'group', name: first };
  const full = COMMAND_NAMES.find((known) => known === `${first} ${second}`);
  if (full !== undefined) return { kind: 'command', name: full };
  const near = nearestName(second, secondWords(first));
  throw new UsageError(
    'unknown-command',
    `there is no ${quote(`${first} ${second}`)}; ${
      near === undefined
        ? `there are ${listNames(secondWords(first), 'and')}`
        : `did you mean blockyard ${first} ${near}?`
    }`,
  );
}

/** The topic of a line that asks for help: goes as far as the words make sense. */
function helpTopic(words: readonly string[]): HelpTopic {
  const [first, second] = words;
  const known = COMMAND_NAMES.some((name) => name === `${first} ${second}`);
  return findTopic(known ? words : words.slice(0, 1));
}

function firstWords(): readonly string[] {
  return [...new Set(COMMAND_NAMES.map((name) => name.split(' ', 1)[0] as string))];
}

function secondWords(group: string): readonly string[] {
  return COMMAND_NAMES.filter((name) => name.startsWith(`${group} `)).map((name) =>
    name.slice(group.length + 1),
  );
}

function unknownCommand(word: string): UsageError {
  const known = firstWords();
  const near = nearestName(word, known);
  const hint =
    near === undefined ? `the commands are ${listNames(known, 'and')}` : `did you mean ${near}?`;
  return new UsageError('unknown-command', `there is no command ${quote(word)}; ${hint}`);
}

function strayOption(word: string): string {
  return `there is no option ${quote(word)} without a command; the commands are ${listNames(firstWords(), 'and')}`;
}

/** Options that every command has may stand in front of its name. */
function splitLeadingOptions(words: readonly string[]): {
  readonly before: readonly string[];
  readonly rest: readonly string[];
} {
  const first = words.findIndex((word) => !isOption(word));
  const at = first < 0 ? words.length : first;
  return { before: words.slice(0, at), rest: words.slice(at) };
}

/** What follows `--` is data and never an option. */
function asksFor(pattern: RegExp, words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? words.length : end).some((word) => pattern.test(word));
}
