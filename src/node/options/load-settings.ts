/** From a command line, files and the environment to the settings of a node. */
import { joinPath } from '../../outside/disk/disk-path.ts';
import { chainNames } from '../../protocol/params/chains.ts';
import { checkSettings } from './check-settings.ts';
import { CONFIG_SECTIONS, chooseChain } from './choose-chain.ts';
import { applyInteractions } from './interactions.ts';
import { makeSettings } from './make-settings.ts';
import type { NodeSettings, SettingsNotice } from './node-settings.ts';
import { OptionError } from './option-error.ts';
import { readCommandLine } from './read-command-line.ts';
import { addConfig, type Config, emptyConfig } from './read-config.ts';
import { readEnvironment } from './read-environment.ts';
import { readSettingsFile } from './read-settings-file.ts';
import { NO_SOURCES, type SettingSources } from './setting-sources.ts';
import { type Settings, settingsOf } from './settings.ts';

export interface SettingsOutside {
  /** The words of the command line. */
  readonly words: readonly string[];
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

const CONFIG_FILE = 'bitcoin.conf';
const SETTINGS_FILE = 'settings.json';

/**
 * The settings of a node. What is wrong with them is an {@link OptionError}.
 *
 * The command line counts more than the environment, that more than `settings.json`, that more than the
 * section of the chain in `bitcoin.conf`, and that more than the part of it for all chains.
 *
 * @example
 * const settings = await loadSettings({ words: ['-regtest', '-txindex'], readFile, isFolder, … });
 * settings.storage.transactionIndex // true
 */
export async function loadSettings(outside: SettingsOutside): Promise<NodeSettings> {
  const given: SettingSources = {
    ...NO_SOURCES,
    commandLine: readCommandLine(outside.words),
    environment: readEnvironment(outside.environment ?? {}),
  };
  const loader = new Loader(outside);
  await loader.checkDataFolder(given, 'Specified');
  const { config, file } = await loader.readConfig(given);
  let sources: SettingSources = { ...given, config: config.settings };
  await loader.checkDataFolder(sources, 'Error reading configuration file: specified');
  const chain = chooseChain(sources, outside.defaultChain ?? 'main');
  const dataFolder = loader.dataFolder(settingsOf(sources, ''));
  sources = { ...sources, settingsFile: await loader.readSettings(sources, dataFolder, chain) };
  const { settings, notes } = applyInteractions(sources, chain);
  checkSettings(settings);
  const inMemory = settings.flag('memory') === true;
  return makeSettings(settings, {
    dataFolder: inMemory ? undefined : dataFolder,
    configFile: file,
    notices: [
      ...config.warnings.map(warning),
      ...config.sections
        .filter(({ name }) => !CONFIG_SECTIONS.has(name))
        .map((at) => warning(`${at.file}:${at.line} Section [${at.name}] is not recognized.`)),
      ...notes.map((words): SettingsNotice => ({ level: 'info', words })),
    ],
  });
}

function warning(words: string): SettingsNotice {
  return { level: 'warn', words };
}

interface FoundConfig {
  readonly config: Config;
  /** Undefined if there is none. */
  readonly file: string | undefined;
}

class Loader {
  readonly #outside: SettingsOutside;

  constructor(outside: SettingsOutside) {
    this.#outside = outside;
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

  async readConfig(sources: SettingSources): Promise<FoundConfig> {
    const config = emptyConfig();
    const settings = settingsOf(sources, '');
    if (settings.isNegated('conf')) return { config, file: undefined };
    const folder = this.dataFolder(settings);
    const named = settings.text('conf') ?? '';
    const file = this.#within(folder, named === '' ? CONFIG_FILE : named);
    const text = await this.#outside.readFile(file);
    if (text === undefined) {
      if (!settings.isSet('conf')) return { config, file: undefined };
      throw configError(`specified config file "${file}" could not be opened.`);
    }
    refuseFault(addConfig(config, text, file));
    if (!settings.isNegated('includeconf')) await this.#include(config, sources, folder);
    return { config, file };
  }

  async #include(config: Config, given: SettingSources, folder: string): Promise<void> {
    const sources = { ...given, config: config.settings };
    const chain = chooseChain(sources, this.#outside.defaultChain ?? 'main');
    const names = [...includesIn(config, chain), ...includesIn(config, '')];
    const before = names.length;
    for (const name of names) {
      const text = await this.#outside.readFile(this.#within(folder, name));
      if (text === undefined) throw configError(`Failed to include configuration file ${name}`);
      refuseFault(addConfig(config, text, name));
    }
    // Files that are included include no others.
    const after = [...includesIn(config, chain), ...includesIn(config, '')];
    const ignored = [...after];
    for (const name of names.slice(0, before)) ignored.splice(ignored.indexOf(name), 1);
    for (const name of ignored) {
      config.warnings.push(
        `-includeconf cannot be used from included files; ignoring -includeconf=${name}`,
      );
    }
  }

  /** `settings.json` of the chain. That of a chain of one's own is not known before its file is read. */
  async readSettings(
    sources: SettingSources,
    dataFolder: string,
    chain: string,
  ): Promise<SettingSources['settingsFile']> {
    const settings = settingsOf(sources, chain);
    const isNowhere = settings.isNegated('settings') || settings.flag('memory') === true;
    if (isNowhere || !chainNames.includes(chain)) return new Map();
    const named = settings.text('settings') ?? '';
    const path = this.#within(joinPath(dataFolder, chain), named === '' ? SETTINGS_FILE : named);
    const text = await this.#outside.readFile(path);
    return text === undefined ? new Map() : readSettingsFile(text, path);
  }

  #within(folder: string, path: string): string {
    const full = this.#atHome(path);
    return /^(?:[/\\]|[a-z]:[/\\])/i.test(full) ? full : joinPath(folder, full);
  }

  /** A shell leaves `~` alone behind an equals sign. */
  #atHome(path: string): string {
    const { home } = this.#outside;
    if (path === '~') return home;
    return /^~[/\\]/.test(path) ? joinPath(home, path.slice(2)) : path;
  }
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
