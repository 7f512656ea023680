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
export type Log = (level: LogLevel, subject: string, words: string, fields?: LogFields) => void;

/** For whoever does not want to hear anything. */
export const noLog: Log = () => {};
