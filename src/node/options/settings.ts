/** Settings by name, wherever they come from, as values of the right kind. */
import { OptionError } from './option-error.ts';
import { optionNamed } from './option-table.ts';
import { allSettings, type Lookup, oneSetting, type SettingSources } from './setting-sources.ts';
import { amountFrom, flagFrom, numberFrom, type SettingValue, textFrom } from './setting-values.ts';

const MAIN = 'main';

/**
 * Questions to settings. What was not given is undefined; defaults are the matter of whoever asks.
 *
 * @example
 * settingsOf(sources, 'regtest').number('rpcport') // 18443
 */
export interface Settings {
  readonly chain: string;
  readonly sources: SettingSources;
  readonly value: (name: string) => SettingValue | undefined;
  readonly isSet: (name: string) => boolean;
  readonly isNegated: (name: string) => boolean;
  readonly flag: (name: string) => boolean | undefined;
  readonly number: (name: string) => number | undefined;
  readonly text: (name: string) => string | undefined;
  readonly list: (name: string) => readonly string[];
  /** In satoshis. Text that is no amount is an error. */
  readonly amount: (name: string) => bigint | undefined;
}

/** The settings for a chain; before one is chosen, its name is empty. */
export function settingsOf(sources: SettingSources, chain: string): Settings {
  const lookup = (name: string): Lookup => ({
    section: chain,
    ignoreDefaultSection: chain !== MAIN && optionNamed(name)?.networkOnly === true,
  });
  const value = (name: string) => oneSetting(sources, name, lookup(name));
  const mapped = <T>(name: string, read: (text: string) => T, of: (flag: boolean) => T) => {
    const found = value(name);
    if (found === undefined) return undefined;
    return typeof found === 'string' ? read(found) : of(found);
  };
  return {
    chain,
    sources,
    value,
    isSet: (name) => value(name) !== undefined,
    isNegated: (name) => value(name) === false,
    flag: (name) => mapped(name, flagFrom, (flag) => flag),
    number: (name) => mapped(name, numberFrom, Number),
    text: (name) => mapped(name, (text) => text, textFrom),
    list: (name) => allSettings(sources, name, lookup(name)).map(textFrom),
    amount: (name) =>
      mapped(
        name,
        (text) => readAmount(name, text),
        (flag) => readAmount(name, textFrom(flag)),
      ),
  };
}

function readAmount(name: string, text: string): bigint {
  const amount = amountFrom(text);
  if (amount === undefined) {
    throw new OptionError('bad-value', `Invalid amount for -${name}=<amount>: '${text}'`);
  }
  return amount;
}
