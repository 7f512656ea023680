/** Where a program finds its settings: the data folder, `bitcoin.conf`, the chain. */
import { joinPath } from '../../outside/disk/disk-path.ts';
import { chainNames } from '../../protocol/params/chains.ts';
import { chooseChain } from './choose-chain.ts';
import { OptionError } from './option-error.ts';
import type { OptionSet } from './option-table.ts';
import { addConfig, type Config, emptyConfig } from './read-config.ts';
import { readEnvironment } from './read-environment.ts';
import { type GivenSettings, NO_SOURCES, type SettingSources } from './setting-sources.ts';
import { type Settings, settingsOf } from './settings.ts';
import { readSettingsFile, type SettingsFile } from './settings-file.ts';

export interface ConfigOutside {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A text file; undefined if it is not there, or cannot be read. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  readonly isFolder: (path: string) => Promise<boolean>;
  /** The folder of the user, for what begins with `~`. */
  readonly home: string;
  /** The data folder if none is named. */
  readonly defaultDataFolder: string;
  readonly defaultChain?: string;
}

/** What was said on the command line, in the environment and in `bitcoin.conf`. */
export interface LoadedConfig {
  readonly sources: SettingSources;
  readonly config: Config;
  /** Undefined if there is none. */
  readonly configFile: string | undefined;
  /** Where it is looked for. */
  readonly configPath: string;
  readonly chain: string;
  readonly dataFolder: string;
}

const CONFIG_FILE = 'bitcoin.conf';
const SETTINGS_FILE = 'settings.json';

/**
 * Reads the configuration that a command line points to.
 *
 * @throws OptionError
 */
export async function loadConfig(
  commandLine: GivenSettings,
  options: OptionSet,
  outside: ConfigOutside,
): Promise<LoadedConfig> {
  const given: SettingSources = {
    ...NO_SOURCES,
    commandLine,
    environment: readEnvironment(outside.environment ?? {}, options),
  };
  const loader = new Loader(outside, options);
  await loader.checkDataFolder(given, 'Specified');
  const firstFolder = loader.dataFolder(settingsOf(given, ''));
  const { config, path, isThere } = await loader.readConfig(given);
  const sources: SettingSources = { ...given, config: config.settings };
  await loader.checkDataFolder(sources, 'Error reading configuration file: specified');
  const dataFolder = loader.dataFolder(settingsOf(sources, ''));
  if (isThere) await loader.checkIgnored({ sources, config, path, firstFolder, dataFolder });
  return {
    ...{ sources, config, configPath: path },
    configFile: isThere ? path : undefined,
    chain: chooseChain(sources, outside.defaultChain ?? 'main'),
    dataFolder,
  };
}

interface ReadPlaces {
  readonly sources: SettingSources;
  readonly config: Config;
  /** The file that was read. */
  readonly path: string;
  /** Where it was looked for, and where it then says that everything is kept. */
  readonly firstFolder: string;
  readonly dataFolder: string;
}

interface FoundConfig {
  readonly config: Config;
  readonly path: string;
  readonly isThere: boolean;
}

class Loader {
  readonly #outside: ConfigOutside;
  readonly #options: OptionSet;

  constructor(outside: ConfigOutside, options: OptionSet) {
    this.#outside = outside;
    this.#options = options;
  }

  dataFolder({ text }: Pick<Settings, 'text'>): string {
    const named = text('datadir') ?? '';
    return this.#atHome(named === '' ? this.#outside.defaultDataFolder : named);
  }

  /** A folder that was named must be there: who mistypes it shall not begin anew. */
  async checkDataFolder(sources: SettingSources, words: string): Promise<void> {
    const named = settingsOf(sources, '').text('datadir') ?? '';
    if (named === '' || (await this.#outside.isFolder(this.#atHome(named)))) return;
    throw new OptionError('no-such-folder', `${words} data directory "${named}" does not exist.`);
  }

  /** Two files, of which one is not read, are most likely a mistake. */
  async checkIgnored(places: ReadPlaces): Promise<void> {
    const { sources, config, path, firstFolder, dataFolder } = places;
    const ignored = this.#within(dataFolder, CONFIG_FILE);
    if (ignored === path || (await this.#outside.readFile(ignored)) === undefined) return;
    const named = settingsOf({ ...NO_SOURCES, commandLine: sources.commandLine }, '').text('conf');
    const source =
      named === undefined || named === ''
        ? `data directory "${firstFolder}"`
        : `command line argument "-conf=${named}"`;
    const words = [
      `Data directory "${dataFolder}" contains a "${CONFIG_FILE}" file which is ignored, because a different configuration file "${path}" from ${source} is being used instead. Possible ways to address this would be to:`,
      `- Delete or rename the "${CONFIG_FILE}" file in data directory "${dataFolder}".`,
      '- Change datadir= or conf= options to specify one configuration file, not two, and use includeconf= to include any other configuration files.',
    ].join('\n');
    if (settingsOf(sources, '').flag('allowignoredconf') === true) {
      config.warnings.push(words);
      return;
    }
    const last =
      '- Set allowignoredconf=1 option to treat this condition as a warning, not an error.';
    throw new OptionError('bad-config-file', `${words}\n${last}`);
  }

  async readConfig(sources: SettingSources): Promise<FoundConfig> {
    const config = emptyConfig();
    const settings = settingsOf(sources, '');
    const folder = this.dataFolder(settings);
    const isOff = settings.isNegated('conf');
    const named = isOff ? '' : (settings.text('conf') ?? '');
    const path = this.#within(folder, named === '' ? CONFIG_FILE : named);
    const text = isOff ? undefined : await this.#outside.readFile(path);
    if (text === undefined) {
      if (isOff || !settings.isSet('conf')) return { config, path, isThere: false };
      throw configError(`specified config file "${path}" could not be opened.`);
    }
    refuseFault(addConfig(config, text, path, this.#options));
    if (!settings.isNegated('includeconf')) await this.#include(config, sources, folder);
    return { config, path, isThere: true };
  }

  async #include(config: Config, given: SettingSources, folder: string): Promise<void> {
    const sources = { ...given, config: config.settings };
    const chain = chooseChain(sources, this.#outside.defaultChain ?? 'main');
    const names = [...includesIn(config, chain), ...includesIn(config, '')];
    const before = names.length;
    for (const name of names) {
      const text = await this.#outside.readFile(this.#within(folder, name));
      if (text === undefined) throw configError(`Failed to include configuration file ${name}`);
      refuseFault(addConfig(config, text, name, this.#options));
    }
    // Files that are included include no others.
    const after = [...includesIn(config, chain), ...includesIn(config, '')];
    const ignored = [...after];
    for (const name of names.slice(0, before)) ignored.splice(ignored.indexOf(name), 1);
    for (const name of ignored) {
      config.spoken.push(
        `warning: -includeconf cannot be used from included files; ignoring -includeconf=${name}`,
      );
    }
  }

  #within(folder: string, path: string): string {
    return within(folder, path, this.#outside.home);
  }

  #atHome(path: string): string {
    return atHome(path, this.#outside.home);
  }
}

/** A path as it is, or in a folder if it says nothing of where it begins. */
function within(folder: string, path: string, home: string): string {
  const full = atHome(path, home);
  return /^(?:[/\\]|[a-z]:[/\\])/i.test(full) ? full : joinPath(folder, full);
}

/** A shell leaves `~` alone behind an equals sign. */
function atHome(path: string, home: string): string {
  if (path === '~') return home;
  return /^~[/\\]/.test(path) ? joinPath(home, path.slice(2)) : path;
}

/** A file that the settings of a node name, in the folder of its chain if it says nothing else. */
export function chainFile(
  { dataFolder, chain }: Pick<LoadedConfig, 'dataFolder' | 'chain'>,
  path: string,
  home: string,
): string {
  return within(joinPath(dataFolder, chain), path, home);
}

/**
 * `settings.json` of the chain, empty where there is none yet. That of a chain of one's own is not known
 * before its file is read.
 */
export async function loadSettingsFile(
  { sources, chain, dataFolder }: Pick<LoadedConfig, 'sources' | 'chain' | 'dataFolder'>,
  { readFile, home }: ConfigOutside,
): Promise<SettingsFile | undefined> {
  const settings = settingsOf(sources, chain);
  const isNowhere = settings.isNegated('settings') || settings.flag('memory') === true;
  if (isNowhere || !chainNames.includes(chain)) return undefined;
  const named = settings.text('settings') ?? '';
  const path = chainFile({ dataFolder, chain }, named === '' ? SETTINGS_FILE : named, home);
  const text = await readFile(path);
  return text === undefined ? { path, values: new Map() } : readSettingsFile(text, path);
}

function includesIn(config: Config, section: string): readonly string[] {
  const values = config.settings.get(section)?.get('includeconf') ?? [];
  return values
    .slice(values.lastIndexOf(false) + 1)
    .filter((value): value is string => typeof value === 'string');
}

function refuseFault(fault: string | undefined): void {
  if (fault !== undefined) throw configError(fault);
}

function configError(detail: string): OptionError {
  return new OptionError('bad-config-file', `Error reading configuration file: ${detail}`);
}
