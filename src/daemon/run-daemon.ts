/** `bitcoind`, as this program is it: from a command line to a node that serves, and to its end. */
import { ChainError } from '../node/chain/chain-error.ts';
import { loadSettings } from '../node/options/load-settings.ts';
import type { NodeSettings } from '../node/options/node-settings.ts';
import { askedFor, readCommandLine } from '../node/options/read-command-line.ts';
import { DiskError } from '../outside/disk/disk-error.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import { readFile } from '../outside/disk/whole-file.ts';
import { CodedError } from '../protocol/bytes/coded-error.ts';
import { goIntoBackground } from './background.ts';
import { lockChainFolder } from './chain-folder.ts';
import { DaemonError } from './daemon-error.ts';
import type { DaemonGuest } from './daemon-guest.ts';
import type { DaemonIo } from './daemon-io.ts';
import { nodeHelp, versionText } from './node-help.ts';
import { pathIn } from './own-files.ts';
import { readPlan } from './plan.ts';
import { runNode } from './run-node.ts';

/** Where everything is kept unless told otherwise, in the folder of whoever runs the program. */
export const DEFAULT_FOLDER = '.blockyard';

export type DaemonExit = 0 | 1;

/**
 * Runs a node until somebody wants it to end, and answers with the exit code. What keeps it from starting,
 * or from going on, is told on standard error behind `Error: `.
 *
 * @example
 * await runDaemon(['-regtest', '-datadir=/data', '-txindex'], io) // 0
 */
export async function runDaemon(
  words: readonly string[],
  io: DaemonIo,
  guest: DaemonGuest = {},
): Promise<DaemonExit> {
  try {
    const wish = askedFor(readCommandLine(words));
    if (wish !== undefined) {
      io.out.write(wish === 'version' ? versionText() : nodeHelp({ debug: wish === 'debug-help' }));
      return 0;
    }
    const settings = await settingsFor(words, io, guest);
    for (const text of settings.spoken) io.err.write(`${text}\n`);
    if (settings.process.daemon) return await startInBackground(settings, io);
    await runNode(settings, io, guest);
    return 0;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    // Core asks a question here where it can, and a question has no such heading.
    const heading = error instanceof ChainError && error.code === 'from-future' ? '' : 'Error';
    io.err.write(`${heading}: ${error.message.trimEnd()}\n`);
    const hint = guest.hint?.(error);
    if (hint !== undefined) io.err.write(`${hint}\n`);
    return 1;
  }
}

/** What is wrong with the options is told here, where somebody sees it. */
async function startInBackground(settings: NodeSettings, io: DaemonIo): Promise<DaemonExit> {
  const { params } = await readPlan(settings, io.disk);
  const { dataFolder, storage } = settings;
  if (dataFolder !== undefined) {
    // It is locked again in the background; what lies between gets a line in the log.
    const rebuild = storage.reindex === 'all';
    const { lock } = await lockChainFolder(io.disk, dataFolder, params, { rebuild });
    await lock.release();
  }
  const waits = settings.process.daemonWait;
  if (await goIntoBackground({ waits }, io)) return 0;
  throw new DaemonError('failed', 'Error during initialization - check debug.log for details');
}

/** The settings, with a data folder that does not depend on where somebody stands. */
async function settingsFor(
  words: readonly string[],
  io: DaemonIo,
  { defaultChain, makesDataFolder }: DaemonGuest,
): Promise<NodeSettings> {
  const { disk, home, environment, programs } = io;
  const settings = await loadSettings({
    words,
    environment,
    home,
    defaultDataFolder: joinPath(home, DEFAULT_FOLDER),
    ...(defaultChain !== undefined && { defaultChain }),
    readFile: async (path) => {
      try {
        return new TextDecoder().decode(await readFile(disk, path));
      } catch (error) {
        if (error instanceof DiskError) return undefined;
        throw error;
      }
    },
    isFolder: async (path) =>
      makesDataFolder === true || (await disk.stat(path))?.kind === 'folder',
  });
  const { dataFolder, settingsFile } = settings;
  if (dataFolder === undefined) return settings;
  return {
    ...settings,
    dataFolder: pathIn(programs.folder, dataFolder),
    settingsFile: settingsFile && {
      ...settingsFile,
      path: pathIn(programs.folder, settingsFile.path),
    },
  };
}
