import { describe, expect, it } from 'vitest';
import { fakeIo } from '../fake-io.ts';
import type { LiveStatus } from './live-status.ts';
import { LiveView } from './live-view.ts';

/** A command to a terminal that ends with this letter. */
const command = (end: string): RegExp => new RegExp(`\u001b\\[(\\d*)${end}`, 'g');

function statusAt(height: number): LiveStatus {
  const recent = Array.from({ length: Math.min(3, height + 1) }, (_, i) => {
    const hash = `${height - i}`.padStart(64, '0');
    return { height: height - i, hash, transactions: 1, age: i, isOwn: true };
  });
  return {
    ...{ chain: 'lab', height, recent, hashRate: 1e6, threads: 1, hashesPerBlock: 1e7 },
    ...{ peersIn: 0, peersOut: 0, poolTransactions: 0, poolVsize: 0 },
    ...{ found: 0, rewards: 0n, reorganisations: 0 },
  };
}

describe('a live view', () => {
  it('is drawn in one place of a terminal, again and again, and stays when it ends', async () => {
    const io = fakeIo({ isTerminal: true });
    let height = 1;
    const view = new LiveView({ ...io, status: () => statusAt(height) });
    height = 2;
    await io.clock.advance(600);
    height = 3;
    view.end();
    const drawn = io
      .said()
      .out.split(command('F'))
      .filter((_, i) => i % 2 === 0);
    expect(drawn).toHaveLength(3);
    expect(drawn.map((text) => /height +(\d+)/.exec(text)?.[1])).toEqual(['1', '2', '3']);
    // Up over as many lines as there were.
    const ups = [...io.said().out.matchAll(command('F'))].map(([, lines]) => Number(lines));
    expect(ups).toEqual(drawn.slice(0, 2).map((text) => text.split('\n').length - 1));
  });

  it('fits a narrow window: a line that wrapped would break the picture', async () => {
    const io = fakeIo({ isTerminal: true, colours: true, columns: 30 });
    new LiveView({ ...io, status: () => statusAt(5) }).end();
    const lines = io.said().out.replaceAll(command('[a-zA-Z]'), '').split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(30);
  });

  it('is a line for every block in a log, and one for the rest now and then', async () => {
    const io = fakeIo();
    let height = 7;
    const view = new LiveView({ ...io, status: () => statusAt(height) });
    height = 9;
    await io.clock.advance(10_000);
    view.end();
    const lines = io.said().out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      'height 7',
      'block 8',
      'block 9',
      'height 9',
    ]);
  });
});
