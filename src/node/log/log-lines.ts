import type { Clock } from '../../outside/clock/clock.ts';
import { visibleText } from '../../protocol/bytes/visible-text.ts';
import { type Log, type LogFields, type LogLevel, levelsFrom, selectiveLog } from './log.ts';

export interface LogLinesParts {
  readonly clock: Clock;
  /** Takes a line, its end included. */
  readonly write: (line: string) => void;
  /** What is less important is left out. */
  readonly least: LogLevel;
}

/**
 * Lines for people: time, level, subject, words, and where a peer is.
 *
 * @example
 * textLog({ clock, write, least: 'info' })('info', 'net', 'listening on port 18444');
 * // 2026-11-20T08:00:00.000Z info  net      listening on port 18444
 */
export function textLog({ clock, write, least }: LogLinesParts): Log {
  return aboveLevel(least, (level, subject, words, fields) => {
    // What peers say of themselves gets into words; it must not look like another line.
    const text = visibleText(words + peerAddress(fields));
    write(`${timeText(clock)} ${level.padEnd(5)} ${subject.padEnd(8)} ${text}\n`);
  });
}

/** Lines for programs: a JSON object each, with the fields that belong to the line beside its words. */
export function jsonLog({ clock, write, least }: LogLinesParts): Log {
  return aboveLevel(least, (level, subject, words, fields) => {
    const line = { ...plain(fields), time: timeText(clock), level, subject, words };
    write(`${JSON.stringify(line)}\n`);
  });
}

/** As Core writes it at the end of a line, where it is told to: `-logips`. */
export function peerAddress({ peeraddr }: LogFields = {}): string {
  return peeraddr === undefined ? '' : `, peeraddr=${peeraddr}`;
}

function aboveLevel(least: LogLevel, log: Log): Log {
  const levels = levelsFrom(least);
  return selectiveLog((level) => levels.has(level), log);
}

function timeText(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}

/** JSON has no integers beyond 2^53: such a number becomes text. */
function plain(fields: LogFields = {}): Readonly<Record<string, string | number | boolean>> {
  const entries = Object.entries(fields).map(
    ([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value] as const,
  );
  return Object.fromEntries(entries);
}
