import { nodeOptions, type OptionSet } from './option-table.ts';
import { readKey, readValue } from './read-key.ts';
import { addSetting } from './setting-list.ts';
import type { GivenSettings } from './setting-sources.ts';
import type { SettingValue } from './setting-values.ts';

const PREFIX = 'BLOCKYARD_';

/**
 * Settings from the environment: `BLOCKYARD_RPCPORT=8332`, `BLOCKYARD_NOLISTEN=1`; an underscore is a
 * dash. Where an option may have several values, each has a line. Other variables with the same
 * beginning may be somebody else's, and are let alone.
 *
 * @example
 * readEnvironment({ BLOCKYARD_TXINDEX: '1' }).get('txindex') // ['1']
 */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  options: OptionSet = nodeOptions,
): GivenSettings {
  const given = new Map<string, SettingValue[]>();
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith(PREFIX)) continue;
    const name = variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-');
    const key = readKey(name);
    const option = options.find(key.name);
    if (option === undefined || key.section !== '') continue;
    for (const line of option.kind === 'list' ? text.split('\n') : [text]) {
      const read = readValue(key, line, option);
      if ('value' in read) addSetting(given, key.name, read.value);
    }
  }
  return given;
}
