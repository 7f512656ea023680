import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { isHeard, type LogLevel, noLog, teeLog } from './log.ts';
import { jsonLog, textLog } from './log-lines.ts';

const NOON = Date.parse('2026-11-20T12:00:00.250Z');
const LEVELS = ['debug', 'note', 'info', 'warn', 'error'] as const;

function linesOf(
  make: typeof textLog,
  least: LogLevel,
): { lines: string[]; log: ReturnType<typeof textLog> } {
  const lines: string[] = [];
  const clock = new VirtualClock(NOON);
  return { lines, log: make({ clock, least, write: (line) => lines.push(line) }) };
}

describe('the log', () => {
  it('has time, level, subject and words in a line', () => {
    const { lines, log } = linesOf(textLog, 'info');
    log('warn', 'net', 'the port is taken', { port: 18444 });
    expect(lines).toEqual(['2026-11-20T12:00:00.250Z warn  net      the port is taken\n']);
  });

  it('shows people where a peer is', () => {
    const { lines, log } = linesOf(textLog, 'info');
    log('info', 'net', 'connected, peer=7', { peeraddr: '10.0.0.2:18444' });
    expect(lines[0]).toContain('connected, peer=7, peeraddr=10.0.0.2:18444\n');
  });

  it('leaves out what is less important than what is wanted', () => {
    for (const [i, least] of LEVELS.entries()) {
      const { lines, log } = linesOf(textLog, least);
      for (const level of LEVELS) log(level, 'net', level);
      expect(lines.map((line) => line.split(/\s+/)[1])).toEqual(LEVELS.slice(i));
    }
  });

  it('gives nobody who is quoted a line of his own, or a colour', () => {
    const { lines, log } = linesOf(textLog, 'info');
    log('info', 'net', 'peer says /x/\n2026 error \u001b[31mfire');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('\n')).toBe(true);
    expect(lines[0]?.slice(0, -1)).not.toContain('\n');
    expect(lines[0]).not.toContain('\u001b');
  });

  it('is JSON for programs, with numbers of any size', () => {
    const { lines, log } = linesOf(jsonLog, 'info');
    log('info', 'net', 'a "peer"\n', { peer: 7, nonce: 2n ** 63n, inbound: true });
    expect(lines[0]?.endsWith('}\n')).toBe(true);
    expect(JSON.parse(lines[0] as string)).toEqual({
      time: '2026-11-20T12:00:00.250Z',
      level: 'info',
      subject: 'net',
      words: 'a "peer"\n',
      peer: 7,
      nonce: '9223372036854775808',
      inbound: true,
    });
  });
});

describe('whether a line is worth its words', () => {
  const parts = { clock: new VirtualClock(0), write: () => {} };

  it('is known beforehand of a log that leaves out what is less important', () => {
    for (const log of [
      textLog({ ...parts, least: 'warn' }),
      jsonLog({ ...parts, least: 'warn' }),
    ]) {
      expect(isHeard(log, 'info', 'net')).toBe(false);
      expect(isHeard(log, 'warn', 'net')).toBe(true);
      expect(isHeard(log, 'error', 'net')).toBe(true);
    }
  });

  it('is worth it where a log says nothing of that, and never where nobody listens', () => {
    expect(isHeard(() => {}, 'debug', 'net')).toBe(true);
    expect(isHeard(noLog, 'error', 'net')).toBe(false);
  });

  it('is worth it for several when it is for one of them, and only he hears it', () => {
    const [few, all] = [linesOf(textLog, 'warn'), linesOf(textLog, 'debug')];
    const both = teeLog(few.log, noLog, all.log);
    expect(isHeard(both, 'debug', 'net')).toBe(true);
    both('debug', 'net', 'a ping');
    expect([few.lines.length, all.lines.length]).toEqual([0, 1]);
    expect(isHeard(teeLog(few.log, noLog), 'debug', 'net')).toBe(false);
  });
});
