import type { Clock } from '../../outside/clock/clock.ts';
import { visibleText } from '../../protocol/bytes/visible-text.ts';
import { type Log, type LogLevel, type LogSubject, selectiveLog } from './log.ts';
import { peerAddress } from './log-lines.ts';

export interface DebugLogForm {
  /** Whether lines begin with the time: `-logtimestamps`. They do by default. */
  readonly timestamps?: boolean;
  /** Whether the time has microseconds: `-logtimemicros`. */
  readonly microseconds?: boolean;
  /** Whether it is written where peers are: `-logips`. */
  readonly addresses?: boolean;
}

export interface DebugLogParts extends DebugLogForm {
  readonly clock: Pick<Clock, 'now'>;
  /** Takes a line, its end included. */
  readonly write: (line: string) => void;
  /** Which categories are heard; asked anew for every line. */
  readonly categories: ReadonlyMap<string, boolean>;
  /** Those of which `debug` is not heard even so. */
  readonly muted?: ReadonlySet<string>;
}

/** What Core 28 puts before the words. The category of lines that are always written is not told. */
const PREFIXES: Readonly<Record<Exclude<LogLevel, 'debug'>, string>> = {
  note: '',
  info: '',
  warn: '[warning] ',
  error: '[error] ',
};

/**
 * Lines as Bitcoin Core 28 writes them into `debug.log`: programs look for its words there. `debug` is
 * heard where its category is switched on; everything else always is.
 *
 * @example
 * const log = debugLog({ clock, write, categories: logSwitches(['net']) });
 * log('debug', 'net', 'received: ping (8 bytes) peer=0');
 * // 2026-11-20T08:00:00Z [net] received: ping (8 bytes) peer=0
 */
export function debugLog(parts: DebugLogParts): Log {
  const { clock, write, categories, muted = new Set() } = parts;
  const { timestamps = true, microseconds = false, addresses = false } = parts;
  const hears = (level: LogLevel, subject: LogSubject): boolean =>
    level !== 'debug' || (categories.get(subject) === true && !muted.has(subject));
  return selectiveLog(hears, (level, subject, words, fields) => {
    const time = timestamps ? `${timeText(clock.now(), microseconds)} ` : '';
    const prefix = level === 'debug' ? `[${subject}] ` : PREFIXES[level];
    const text = visibleText(addresses ? words + peerAddress(fields) : words);
    write(`${time}${prefix}${text}\n`);
  });
}

/** The clock knows milliseconds; what reads the log wants six digits or none. */
function timeText(now: number, microseconds: boolean): string {
  const text = new Date(now).toISOString();
  return microseconds ? `${text.slice(0, -1)}000Z` : `${text.slice(0, -5)}Z`;
}
