import { describe, expect, it } from 'vitest';
import { type FakeIoOptions, fakeIo } from './fake-io.ts';
import { barLine, Progress, type ProgressState } from './progress.ts';

const OPTIONS = { title: 'Importing', unit: 'blocks' };

/** Work of 100 steps, one each 100 ms, and what was written after each second. */
async function watch(options: FakeIoOptions & { readonly quiet?: boolean }, steps = 100) {
  const io = fakeIo(options);
  const { clock } = io;
  const progress = new Progress({ ...OPTIONS, quiet: options.quiet ?? false }, io);
  for (let step = 1; step <= steps; step++) {
    progress.update({ fraction: step / 100, count: step * 50, detail: `height ${step * 50}` });
    await clock.advance(100);
  }
  return { io, clock, progress, written: () => io.said().err };
}

describe('a log', () => {
  it('gets a line a second, with rate and remaining time once they can be known', async () => {
    const { written, progress } = await watch({}, 30);
    expect(written()).toBe(
      [
        'Importing: 10%, height 500, 500 blocks/s, 9 s left',
        'Importing: 20%, height 1000, 500 blocks/s, 8 s left',
        'Importing: 30%, height 1500, 500 blocks/s, 7 s left',
        '',
      ].join('\n'),
    );
    progress.end();
    expect(written()).toMatch(/7 s left\n$/);
  });

  it('gets one when nothing goes on, too', async () => {
    const { clock, written, progress } = await watch({}, 10);
    await clock.advance(40_000);
    expect(written().split('\n')).toHaveLength(1 + 41);
    // The last samples all say the same.
    expect(written()).toMatch(/Importing: 10%, height 500, 0 blocks\/s\n$/);
    progress.end();
  });
});

describe('a terminal', () => {
  it('shows one line that is written over ten times a second', async () => {
    const { written, progress } = await watch({ isTerminal: true }, 50);
    const frames = written().split('\r').slice(1);
    expect(frames).toHaveLength(50);
    expect(written()).not.toContain('\n');
    expect(frames.at(-1)?.trimEnd()).toBe(
      'Importing  [============>           ]  50%  height 2500  500 blocks/s  5 s left',
    );
    progress.end();
    // The line is empty again, and the cursor at its beginning.
    expect(written()).toMatch(/\r {78,79}\r$/);
  });

  it('never writes into its last column, however narrow it is', async () => {
    for (const columns of [1, 5, 12, 20, 30, 40, 60, 80, 200]) {
      const { written } = await watch({ isTerminal: true, columns }, 30);
      for (const frame of written().split('\r')) expect(frame.length).toBeLessThan(columns);
    }
  });

  it('covers what a longer line has left', async () => {
    const io = fakeIo({ isTerminal: true });
    const progress = new Progress(OPTIONS, io);
    progress.update({ count: 1, detail: 'a long story' });
    await io.clock.advance(100);
    progress.update({ count: 2 });
    await io.clock.advance(100);
    expect(screen(io.said().err)).toEqual(['Importing  2']);
    progress.end();
    expect(screen(io.said().err)).toEqual(['']);
  });

  it('has lines of their own above the bar', async () => {
    const { io, clock, progress } = await watch({ isTerminal: true }, 20);
    progress.say('something is wrong with block 7');
    progress.say('and with block 8');
    await clock.advance(100);
    const lines = screen(io.said().err);
    expect(lines.slice(0, 2)).toEqual(['something is wrong with block 7', 'and with block 8']);
    expect(lines[2]).toMatch(/^Importing {2}\[=+> +\] {2}20%/);
    expect(lines).toHaveLength(3);
  });
});

describe('silence', () => {
  it('is kept, but for what has to be said', async () => {
    const { written, progress, clock } = await watch({ isTerminal: true, quiet: true });
    progress.say('something is wrong');
    progress.end();
    expect(written()).toBe('something is wrong\n');
    expect(clock.pending).toBe(0);
  });

  it('follows the end: no timer is left', async () => {
    const { progress, clock, written } = await watch({}, 5);
    progress.end();
    expect(clock.pending).toBe(0);
    await clock.advance(5000);
    expect(written()).toBe('');
  });
});

describe('the line of a terminal', () => {
  const state: ProgressState = { fraction: 0.5, count: 10, detail: 'height 10' };
  const figures = { rate: '12 blocks/s', left: '3 s left' };

  it.each([
    [79, 'Importing  [============>           ]  50%  height 10  12 blocks/s  3 s left'],
    [60, 'Importing  [=========>         ]  50%  12 blocks/s  3 s left'],
    [45, 'Importing  [========>        ]  50%  3 s left'],
    [30, 'Importing  [======>     ]  50%'],
    [20, 'Importing 50%'],
    [11, 'Importing 5'],
    [0, ''],
  ])('of %i columns leaves out what matters least', (width, line) => {
    const shown = barLine('Importing', state, figures, width);
    expect(shown.length).toBeLessThanOrEqual(width);
    expect(shown).toBe(line);
  });

  it('is never full before the end, and never too full', () => {
    expect(barLine('X', { fraction: 0.9999, count: 1 }, {}, 60)).toContain('>]  99%');
    expect(barLine('X', { fraction: 1, count: 1 }, {}, 60)).toContain('=] 100%');
    expect(barLine('X', { fraction: 1.5, count: 1 }, {}, 60)).toContain('=] 100%');
    expect(barLine('X', { fraction: -1, count: 1 }, {}, 60)).toContain('[>   ');
  });

  it('counts where nobody knows how much there is', () => {
    expect(barLine('Counting', { count: 1234567 }, figures, 60)).toBe(
      'Counting  1,234,567  12 blocks/s  3 s left',
    );
  });
});

/** What a terminal shows after these characters. */
function screen(written: string): readonly string[] {
  return written.split('\n').map((line) => {
    const shown: string[] = [];
    let at = 0;
    for (const character of line) {
      if (character === '\r') at = 0;
      else shown[at++] = character;
    }
    return shown.join('').trimEnd();
  });
}
