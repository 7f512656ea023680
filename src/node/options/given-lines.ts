/** What was given, wherever it stands, as lines for the log: Bitcoin Core begins its log with them. */
import { optionNamed } from './option-table.ts';
import type { GivenSettings, SettingSources } from './setting-sources.ts';
import type { SettingValue } from './setting-values.ts';
import type { SettingsFile } from './settings-file.ts';

/** What stands for a password in a log. */
const HIDDEN = '****';

/**
 * A line for each value that a user gave. What is secret is not told.
 *
 * @example
 * givenLines(sources, undefined) // ['Command-line arg: txindex=""', 'Command-line arg: rpcauth=****']
 */
export function givenLines(
  sources: SettingSources,
  settingsFile: SettingsFile | undefined,
): readonly string[] {
  const inFile = [...(settingsFile?.values ?? [])];
  return [
    ...doubleNegatives(sources.commandLine),
    ...inFile
      .filter(([name]) => optionNamed(name) === undefined)
      .map(([name]) => `Ignoring unknown rw_settings value ${name}`),
    ...inSortedOrder(sources.config).flatMap(([section, given]) =>
      linesOf(`Config file arg: ${section === '' ? '' : `[${section}] `}`, given),
    ),
    ...inFile.map(([name, value]) => `Setting file arg: ${name} = ${JSON.stringify(value)}`),
    ...linesOf('Command-line arg: ', sources.commandLine),
  ];
}

function linesOf(prefix: string, given: GivenSettings): readonly string[] {
  return inSortedOrder(given).flatMap(([name, values]) => {
    const isSecret = optionNamed(name)?.sensitive === true;
    return values.map((value) => `${prefix}${name}=${isSecret ? HIDDEN : JSON.stringify(value)}`);
  });
}

/** `-noconnect=0` means `-connect`, which is not what everybody thinks who writes it. */
function doubleNegatives(given: GivenSettings): readonly string[] {
  const isDouble = ([, values]: readonly [string, readonly SettingValue[]]): boolean =>
    values.includes(true);
  return inSortedOrder(given)
    .filter(isDouble)
    .map(([name]) => `Warning: parsed potentially confusing double-negative -${name}=0`);
}

/** Core keeps them in a sorted map. */
function inSortedOrder<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
