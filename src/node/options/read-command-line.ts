import { OptionError } from './option-error.ts';
import type { ListedOption } from './option-spec.ts';
import { nodeOptions, type OptionSet } from './option-table.ts';
import { readKey, readValue } from './read-key.ts';
import { addSetting } from './setting-list.ts';
import type { GivenSettings } from './setting-sources.ts';
import type { SettingValue } from './setting-values.ts';

/** What a command line begins with: options, and then words. */
export interface LeadingOptions {
  readonly given: GivenSettings;
  readonly rest: readonly string[];
}

/**
 * The settings of a command line: `-name`, `-name=value`, `-noname`, with one dash or two. With two, the
 * value may be the next word, where an option takes one.
 *
 * @example
 * readCommandLine(['-regtest', '-rpcport=1', '--connect', 'a', '-nolisten']).get('listen') // [false]
 */
export function readCommandLine(words: readonly string[]): GivenSettings {
  const { given, rest } = readLeadingOptions(words, nodeOptions);
  const [stray] = rest;
  if (stray === undefined) return given;
  throw new OptionError(
    'bad-command-line',
    `Command line contains unexpected token '${stray}', see blockyard node --help for a list of options.`,
  );
}

/**
 * The same for programs whose options end where other words begin. What stands behind may look like an
 * option, and is none: a height of `-1`.
 *
 * @example
 * readLeadingOptions(['-regtest', 'getblockhash', '-1'], clientOptionSet).rest // ['getblockhash', '-1']
 */
export function readLeadingOptions(words: readonly string[], options: OptionSet): LeadingOptions {
  const given = new Map<string, SettingValue[]>();
  let i = 0;
  for (; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith('-') || word === '-') break;
    const equals = word.indexOf('=');
    const typed = equals < 0 ? word : word.slice(0, equals);
    const key = readKey(typed.replace(/^--?/, ''));
    const option = options.find(key.name);
    if (option === undefined || key.section !== '') throw unknownOption(word, typed, options);
    let text = equals < 0 ? undefined : word.slice(equals + 1);
    if (text === undefined && typed.startsWith('--') && !key.negated) {
      text = valueBehind(option, words[i + 1]);
      if (text !== undefined) i++;
    }
    const read = readValue(key, text, option);
    if ('fault' in read) throw commandLineError(read.fault);
    addSetting(given, key.name, read.value);
  }
  refuseIncludes(given);
  return { given, rest: words.slice(i) };
}

/**
 * What a command line wants to be told, before it starts anything.
 *
 * @example
 * askedFor(readCommandLine(['-?'])) // 'help'
 */
export function askedFor(given: GivenSettings): 'help' | 'debug-help' | 'version' | undefined {
  if (given.has('version')) return 'version';
  if (given.has('help-debug')) return 'debug-help';
  return ['help', 'h', '?'].some((name) => given.has(name)) ? 'help' : undefined;
}

/** No word that stands alone means anything, so that it belongs to the option before it. */
function valueBehind({ kind }: ListedOption, next: string | undefined): string | undefined {
  return kind === 'bool' || next === undefined || next.startsWith('-') ? undefined : next;
}

function unknownOption(word: string, typed: string, options: OptionSet): OptionError {
  const nearest = options.nearest(typed.replace(/^-+/, ''));
  const hint = nearest === undefined ? '' : `; did you mean -${nearest}?`;
  return commandLineError(`Invalid parameter ${word}${hint}`, 'unknown-option');
}

/** `-noincludeconf` has files include none. */
function refuseIncludes(given: GivenSettings): void {
  const values = given.get('includeconf') ?? [];
  const [first] = values.slice(values.lastIndexOf(false) + 1);
  if (first === undefined) return;
  throw commandLineError(
    `-includeconf cannot be used from commandline; -includeconf=${JSON.stringify(first)}`,
  );
}

function commandLineError(
  message: string,
  code: OptionError['code'] = 'bad-command-line',
): OptionError {
  return new OptionError(code, `Error parsing command line arguments: ${message}`);
}
