/** From a command line, files and the environment to the settings of a node. */
import { checkSettings } from './check-settings.ts';
import { CONFIG_SECTIONS } from './choose-chain.ts';
import { applyInteractions } from './interactions.ts';
import { type ConfigOutside, loadConfig, loadSettingsFile } from './load-config.ts';
import { makeSettings } from './make-settings.ts';
import type { NodeSettings, SettingsNotice } from './node-settings.ts';
import { nodeOptions } from './option-table.ts';
import { readCommandLine } from './read-command-line.ts';

export interface SettingsOutside extends ConfigOutside {
  /** The words of the command line. */
  readonly words: readonly string[];
}

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
  const loaded = await loadConfig(readCommandLine(outside.words), nodeOptions, outside);
  const { config, chain, dataFolder, configFile } = loaded;
  const settingsFile = await loadSettingsFile(loaded, outside);
  const sources = { ...loaded.sources, settingsFile };
  const { settings, notes } = applyInteractions(sources, chain);
  checkSettings(settings);
  const inMemory = settings.flag('memory') === true;
  return makeSettings(settings, {
    dataFolder: inMemory ? undefined : dataFolder,
    configFile,
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
