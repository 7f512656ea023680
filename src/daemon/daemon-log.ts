/** Where the log of a daemon goes: lines for people to the console, Core's lines to `debug.log`. */

import { debugLog } from '../node/log/debug-log.ts';
import { type Log, teeLog } from '../node/log/log.ts';
import { type LogSwitches, logSwitches, mutedCategories } from '../node/log/log-categories.ts';
import { jsonLog, textLog } from '../node/log/log-lines.ts';
import { openDebugLog } from '../node/log/open-debug-log.ts';
import type { LogSettings } from '../node/options/node-settings.ts';
import type { Clock } from '../outside/clock/clock.ts';
import type { Disk } from '../outside/disk/disk.ts';

export interface DaemonLog {
  readonly log: Log;
  /** What `-debug` names, for the method `logging`. */
  readonly categories: LogSwitches;
  /** Writes on in a new file of the same name: somebody has moved the old one away. */
  readonly reopen: () => void;
  readonly close: () => Promise<void>;
}

export interface DaemonLogParts {
  readonly settings: LogSettings;
  /** Undefined where nothing is written to a file. */
  readonly path: string | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
  /** Writes to the console. */
  readonly write: (text: string) => void;
}

/** A log to wherever the settings say. */
export async function openDaemonLog(parts: DaemonLogParts): Promise<DaemonLog> {
  const { settings, path, disk, clock, write } = parts;
  const consoleLog = (categories: LogSwitches): readonly Log[] => {
    const { toConsole, consoleFormat, consoleLevel: least } = settings;
    if (!toConsole) return [];
    if (consoleFormat === 'json') return [jsonLog({ clock, least, write })];
    if (consoleFormat === 'text') return [textLog({ clock, least, write })];
    const muted = mutedCategories(settings.levels);
    return [debugLog({ ...settings, clock, categories, muted, write })];
  };
  if (path === undefined) {
    const categories = logSwitches(settings.categories, settings.excluded);
    const log = teeLog(...consoleLog(categories));
    return { log, categories, reopen: () => {}, close: async () => {} };
  }
  const file = await openDebugLog({ ...settings, path }, { disk, clock });
  const { categories, close } = file;
  const reopen = (): void => file.reopen();
  return { log: teeLog(...consoleLog(categories), file.log), categories, reopen, close };
}
