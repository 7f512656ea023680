/** `bitcoin.conf`: a line for each setting, in sections for chains. */
import { nodeOptions, type OptionSet } from './option-table.ts';
import { readKey, readValue } from './read-key.ts';
import { addSetting } from './setting-list.ts';
import type { SettingValue } from './setting-values.ts';

/** A section by its name, and where it is. */
interface ConfigSection {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** What one file after another has said. */
export interface Config {
  readonly settings: Map<string, Map<string, SettingValue[]>>;
  readonly sections: ConfigSection[];
  /** What is odd and does no harm. */
  readonly warnings: string[];
  /** The same, for whoever started it to see. */
  readonly spoken: string[];
}

export function emptyConfig(): Config {
  return { settings: new Map(), sections: [], warnings: [], spoken: [] };
}

/** It would do so at every start. */
const REINDEX_WARNING =
  'Warning: reindex=1 is set in the configuration file, which will significantly slow down startup. Consider removing or commenting out this option for better performance, unless there is currently a condition which makes rebuilding the indexes necessary';

interface ConfigLine {
  readonly name: string;
  readonly value: string;
}

/**
 * Adds what a file says. The result is what is wrong with it, in Bitcoin Core's words, or nothing.
 *
 * @example
 * addConfig(emptyConfig(), 'txindex', 'bitcoin.conf') // 'parse error on line 1: txindex'
 */
export function addConfig(
  config: Config,
  text: string,
  file: string,
  options: OptionSet = nodeOptions,
): string | undefined {
  const lines = readLines(config, text, file);
  if (typeof lines === 'string') return lines;
  for (const { name, value } of lines) {
    const key = readKey(name);
    if (key.name === 'conf') {
      return 'conf cannot be set in the configuration file; use includeconf= if you want to include additional config files';
    }
    const option = options.find(key.name);
    if (option === undefined) {
      const nearest = options.nearest(key.name);
      const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      config.warnings.push(`Ignoring unknown configuration value ${name}${hint}`);
      continue;
    }
    const read = readValue(key, value, option);
    if ('fault' in read) return read.fault;
    if (key.name === 'reindex') config.warnings.push(REINDEX_WARNING);
    const section = config.settings.get(key.section) ?? new Map<string, SettingValue[]>();
    config.settings.set(key.section, section);
    addSetting(section, key.name, read.value);
  }
  return undefined;
}

/** The lines that say something; a text if one of them cannot be read. */
function readLines(config: Config, text: string, file: string): readonly ConfigLine[] | string {
  const found: ConfigLine[] = [];
  let prefix = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const number = index + 1;
    const [before = '', ...comment] = raw.split('#');
    const line = trim(before);
    if (line === '') continue;
    if (line.startsWith('[') && line.endsWith(']')) {
      const section = line.slice(1, -1);
      config.sections.push({ name: section, file, line: number });
      prefix = `${section}.`;
      continue;
    }
    const equals = line.indexOf('=');
    const fault = faultOf(line, equals, comment.length > 0);
    if (fault !== undefined) return `parse error on line ${number}${fault}`;
    const name = prefix + trim(line.slice(0, equals));
    found.push({ name, value: trim(line.slice(equals + 1)) });
    // `regtest.rpcport=1` names a section as well.
    const dot = name.lastIndexOf('.');
    if (dot >= prefix.length) {
      config.sections.push({ name: name.slice(0, dot), file, line: number });
    }
  }
  return found;
}

function faultOf(line: string, equals: number, hasComment: boolean): string | undefined {
  if (line.startsWith('-')) {
    return `: ${line}, options in configuration file must be specified without leading -`;
  }
  if (equals < 0) {
    const isNegation = line.length >= 2 && line.startsWith('no');
    return `: ${line}${isNegation ? `, if you intended to specify a negated option, use ${line}=1 instead` : ''}`;
  }
  // A password may hold the sign that begins comments.
  if (hasComment && line.slice(0, equals).includes('rpcpassword')) {
    return ', using # in rpcpassword can be ambiguous and should be avoided';
  }
  return undefined;
}

function trim(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}
