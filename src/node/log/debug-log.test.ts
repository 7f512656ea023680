import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { type DebugLogForm, debugLog } from './debug-log.ts';
import { isHeard, type Log } from './log.ts';
import { categoriesNamed, LOG_CATEGORIES, logSwitches, mutedCategories } from './log-categories.ts';

const NOON = Date.parse('2026-11-20T12:00:00.250Z');

function makeLog(
  categories: ReadonlyMap<string, boolean>,
  form: DebugLogForm & { readonly muted?: ReadonlySet<string> } = {},
): { readonly lines: string[]; readonly log: Log } {
  const lines: string[] = [];
  const clock = new VirtualClock(NOON);
  const log = debugLog({ ...form, clock, categories, write: (line) => lines.push(line) });
  return { lines, log };
}

describe('a line of debug.log', () => {
  it('has the second, and the category of what was switched on', () => {
    const { lines, log } = makeLog(logSwitches(['net']));
    log('debug', 'net', 'received: ping (8 bytes) peer=0');
    expect(lines).toEqual(['2026-11-20T12:00:00Z [net] received: ping (8 bytes) peer=0\n']);
  });

  it('has no category where it is always written, and the level of what is wrong', () => {
    const { lines, log } = makeLog(logSwitches([]), { timestamps: false });
    log('note', 'chain', 'UpdateTip: new best=00');
    log('info', 'net', 'Bound to [::]:18444');
    log('warn', 'chain', 'a bad block');
    log('error', 'node', 'cannot go on');
    expect(lines).toEqual([
      'UpdateTip: new best=00\n',
      'Bound to [::]:18444\n',
      '[warning] a bad block\n',
      '[error] cannot go on\n',
    ]);
  });

  it('has six digits behind the second if that is wanted: -logtimemicros', () => {
    const { lines, log } = makeLog(logSwitches([]), { microseconds: true });
    log('note', 'node', 'Done loading');
    expect(lines).toEqual(['2026-11-20T12:00:00.250000Z Done loading\n']);
  });

  it('says where peers are only if that is wanted: -logips', () => {
    for (const addresses of [false, true]) {
      const { lines, log } = makeLog(logSwitches([]), { timestamps: false, addresses });
      log('note', 'net', 'New peer=7', { peeraddr: '10.0.0.2:18444' });
      expect(lines).toEqual([`New peer=7${addresses ? ', peeraddr=10.0.0.2:18444' : ''}\n`]);
    }
  });

  it('is one line, whoever is quoted', () => {
    const { lines, log } = makeLog(logSwitches([]), { timestamps: false });
    log('note', 'net', 'peer says /x/\n[error] \u001b[31mfire');
    expect(lines).toEqual(['peer says /x/ [error] \\u001b[31mfire\n']);
  });
});

describe('what is heard', () => {
  it('is asked anew for every line: the method `logging` switches it', () => {
    const categories = logSwitches([]);
    const { lines, log } = makeLog(categories, { timestamps: false });
    for (const isOn of [false, true, false]) {
      categories.set('net', isOn);
      expect(isHeard(log, 'debug', 'net')).toBe(isOn);
      expect(isHeard(log, 'debug', 'mempool')).toBe(false);
      expect(isHeard(log, 'note', 'net')).toBe(true);
      log('debug', 'net', `${isOn}`);
    }
    expect(lines).toEqual(['[net] true\n']);
  });

  it('is every category but those that are excluded', () => {
    const categories = logSwitches(['all'], ['leveldb', 'libevent']);
    const off = [...categories].filter(([, isOn]) => !isOn).map(([name]) => name);
    expect(off.sort()).toEqual(['leveldb', 'libevent']);
    expect(categories.size).toBe(28);
  });

  it('is what was named, and nothing where a name is unknown', () => {
    expect(categoriesNamed('1')).toBe(LOG_CATEGORIES);
    expect(categoriesNamed('')).toBe(LOG_CATEGORIES);
    expect(categoriesNamed('mempoolrej')).toEqual(['mempoolrej']);
    expect(categoriesNamed('foo')).toBeUndefined();
    expect([...logSwitches(['foo', 'lock']).values()]).not.toContain(true);
  });

  it('is not the details of a category of which only the news is wanted: -loglevel', () => {
    expect([...mutedCategories([])]).toEqual([]);
    expect([...mutedCategories(['trace'])]).toEqual([]);
    expect([...mutedCategories(['net:info'])]).toEqual(['net']);
    expect(mutedCategories(['info', 'net:debug']).size).toBe(27);
    const { log } = makeLog(logSwitches(['all']), { muted: mutedCategories(['net:info']) });
    expect(isHeard(log, 'debug', 'net')).toBe(false);
    expect(isHeard(log, 'debug', 'rpc')).toBe(true);
  });
});
