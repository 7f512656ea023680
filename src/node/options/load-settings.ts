/** From a command line, files and the environment to the settings of a node. */
import { checkSettings } from './check-settings.ts';
import { CONFIG_SECTIONS } from './choose-chain.ts';
import { givenLines } from './given-lines.ts';
import { applyInteractions } from './interactions.ts';
import { type ConfigOutside, loadConfig, loadSettingsFile } from './load-config.ts';
import { makeSettings } from './make-settings.ts';
import type { NodeSettings, SettingsNotice } from './node-settings.ts';
import { nodeOptions } from './option-table.ts';
import { readCommandLine } from './read-command-line.ts';
import { settingsIn } from './settings-file.ts';
import { highFees, walletSettings } from './wallet-settings.ts';

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
  const inFile = settingsFile === undefined ? new Map() : settingsIn(settingsFile);
  const sources = { ...loaded.sources, settingsFile: inFile };
  const { settings, notes } = applyInteractions(sources, chain);
  checkSettings(settings);
  const inMemory = settings.flag('memory') === true;
  const sections = config.sections
    .filter(({ name }) => !CONFIG_SECTIONS.has(name))
    .map((at) => `${at.file}:${at.line} Section [${at.name}] is not recognized.`);
  const wallet = walletSettings(settings);
  const fees = wallet.disabled ? [] : highFees(wallet);
  const spoken = [...(sections.length > 0 ? [sections.join('\n')] : []), ...fees];
  return makeSettings(settings, wallet, {
    dataFolder: inMemory ? undefined : dataFolder,
    configFile,
    notices: [
      ...[...config.warnings, ...config.spoken, ...sections, ...fees].map(warning),
      ...notes.map((words): SettingsNotice => ({ level: 'info', words })),
    ],
    givenLines: givenLines(sources, settingsFile),
    spoken: [...config.spoken, ...spoken.map((words) => `Warning: ${words}`)],
    settingsFile,
  });
}

function warning(words: string): SettingsNotice {
  return { level: 'warn', words };
}
