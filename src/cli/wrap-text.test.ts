import fc from 'fast-check';
import { expect, it } from 'vitest';
import { twoColumns, wrapText } from './wrap-text.ts';

it('breaks lines between words, and leaves long words whole', () => {
  expect(wrapText('one two three', 8)).toEqual(['one two', 'three']);
  expect(wrapText('a 0123456789 b', 5)).toEqual(['a', '0123456789', 'b']);
  expect(wrapText('', 5)).toEqual(['']);
});

it('loses no word, and makes no line longer than it has to be', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 40 }), (list, width) => {
      const lines = wrapText(list.join(' '), width);
      expect(lines.join(' ')).toBe(list.join(' '));
      for (const line of lines) {
        if (line.includes(' ')) expect(line.length).toBeLessThanOrEqual(width);
      }
    }),
  );
});

it('sets what things are beside what they are called', () => {
  const rows = [
    ['-h', 'Explain it'],
    ['--json', 'Print it'],
  ] as const;
  expect(twoColumns(rows, 18)).toEqual(['  -h      Explain', '          it', '  --json  Print it']);
});
