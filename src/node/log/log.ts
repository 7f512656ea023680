/** What a node tells its operator. */

/** `debug` is for those who look for something; `error` means that somebody has to do something. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Values that belong to a line, for programs. */
export type LogFields = Readonly<Record<string, string | number | bigint | boolean>>;

/**
 * A line: how important it is, which part of the node it is about (`net`, `mempool`, `chain`), and what
 * happened, in words.
 *
 * @example
 * log('info', 'net', 'connected to 10.0.0.2:18444', { peer: 7 });
 */
export interface Log {
  (level: LogLevel, subject: string, words: string, fields?: LogFields): void;
  /** What is less important is not heard by anybody. All of it is where nothing is said. */
  readonly least?: LogLevel | 'none';
}

/** From the least important on. */
const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** For whoever does not want to hear anything. */
export const noLog: Log = Object.assign(() => {}, { least: 'none' } as const);

/**
 * Whether anybody hears of lines of this level. For those who have so much to tell, of every message that
 * comes and goes, that to find the words takes a while.
 */
export function isHeard({ least = 'debug' }: Log, level: LogLevel): boolean {
  return least !== 'none' && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}
