/** What a node tells its operator, and whoever looks into it. */
import type { LogCategory } from './log-categories.ts';

/**
 * How much a line matters.
 *
 * - `debug`: for those who look for something; what every message causes. Heard only of what they name.
 * - `note`: belongs into a record of what happened, and not before the eyes of whoever looks on
 * - `info`: what happens a few times an hour
 * - `warn`: something is not as it should be
 * - `error`: somebody has to do something
 */
export type LogLevel = 'debug' | 'note' | 'info' | 'warn' | 'error';

/** What a line is about. Those of `debug` are about a category of Core's: by it they are asked for. */
export type LogSubject = LogCategory | 'chain' | 'mining' | 'node';

/** Values that belong to a line, for programs. `peeraddr` is where a peer is: not every log shows it. */
export type LogFields = Readonly<Record<string, string | number | bigint | boolean>>;

/**
 * A line: how much it matters, which part of the node it is about, and what happened, in words.
 *
 * @example
 * log('info', 'net', 'connected to 10.0.0.2:18444', { peer: 7 });
 */
export interface Log {
  (level: LogLevel, subject: LogSubject, words: string, fields?: LogFields): void;
  /** Whether anybody hears such a line. All are heard where nothing is said. */
  readonly hears?: (level: LogLevel, subject: LogSubject) => boolean;
}

/** From the least important on. */
const LOG_LEVELS: readonly LogLevel[] = ['debug', 'note', 'info', 'warn', 'error'];

/** For whoever does not want to hear anything. */
export const noLog: Log = Object.assign(() => {}, { hears: () => false });

/**
 * Whether anybody hears such a line now. For those who have so much to tell, of every message that comes
 * and goes, that to find the words takes a while.
 *
 * @example
 * if (isHeard(log, 'debug', 'net')) log('debug', 'net', `received: ${command} (${size} bytes)`);
 */
export function isHeard(log: Log, level: LogLevel, subject: LogSubject): boolean {
  return log.hears === undefined || log.hears(level, subject);
}

/** The levels that matter as much as this one, or more. */
export function levelsFrom(least: LogLevel): ReadonlySet<LogLevel> {
  return new Set(LOG_LEVELS.slice(LOG_LEVELS.indexOf(least)));
}

/** A log that hears some lines, and is told no others. */
export function selectiveLog(hears: NonNullable<Log['hears']>, log: Log): Log {
  const some: Log = (level, subject, words, fields) => {
    if (hears(level, subject)) log(level, subject, words, fields);
  };
  return Object.assign(some, { hears });
}

/**
 * One log for several readers: each hears what he wants to hear.
 *
 * @example
 * const log = teeLog(textLog({ clock, write: io.out.write, least: 'info' }), debugFile.log);
 */
export function teeLog(...logs: readonly Log[]): Log {
  const all: Log = (level, subject, words, fields) => {
    for (const log of logs) log(level, subject, words, fields);
  };
  return Object.assign(all, {
    hears: (level: LogLevel, subject: LogSubject) =>
      logs.some((log) => isHeard(log, level, subject)),
  });
}
