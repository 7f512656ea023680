import type { Clock } from '../../outside/clock/clock.ts';
import type { Disk } from '../../outside/disk/disk.ts';
import { type DebugLogForm, debugLog } from './debug-log.ts';
import type { Log } from './log.ts';
import { type LogSwitches, logSwitches, mutedCategories } from './log-categories.ts';
import { openLogFile } from './log-file.ts';

export interface DebugLogOptions extends DebugLogForm {
  readonly path: string;
  /** `-debug`: `all`, or names of categories. */
  readonly categories?: readonly string[];
  /** `-debugexclude` */
  readonly excluded?: readonly string[];
  /** `-loglevel` */
  readonly levels?: readonly string[];
  /** `-shrinkdebugfile`; by default where no category is on, as a log that somebody reads stays whole. */
  readonly shrink?: boolean | undefined;
}

/** A `debug.log` that is being written. */
export interface DebugLogFile {
  readonly log: Log;
  /** Which categories are heard: to be given to the method `logging`, which changes it. */
  readonly categories: LogSwitches;
  /** Writes on in a new file of the same name: somebody has moved the old one away. */
  reopen(): void;
  close(): Promise<void>;
}

/**
 * Opens `debug.log`, with what a user has wished for it.
 *
 * @throws DiskError if it cannot be opened
 * @example
 * const debug = await openDebugLog({ ...settings.log, path }, { disk, clock });
 * const log = teeLog(textLog({ clock, write, least: 'info' }), debug.log);
 * const service = await NodeService.start({ node: { params, log }, logCategories: debug.categories }, outside);
 */
export async function openDebugLog(
  options: DebugLogOptions,
  { disk, clock }: { readonly disk: Disk; readonly clock: Pick<Clock, 'now'> },
): Promise<DebugLogFile> {
  const categories = logSwitches(options.categories ?? [], options.excluded);
  const isAsked = [...categories.values()].includes(true);
  const file = await openLogFile(disk, options.path, { shrink: options.shrink ?? !isAsked });
  const { write } = file;
  const muted = mutedCategories(options.levels ?? []);
  return {
    log: debugLog({ ...options, clock, categories, muted, write: write.bind(file) }),
    categories,
    reopen: () => file.reopen(),
    close: () => file.close(),
  };
}
