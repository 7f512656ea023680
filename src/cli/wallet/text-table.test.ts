import { expect, it } from 'vitest';
import { paintFor } from '../paint.ts';
import { type Column, shortened, tableRoom, tableWidth, textTable } from './text-table.ts';

const paint = paintFor({ colours: false });

const COLUMNS: readonly Column[] = [
  { title: 'name', cells: ['rent', 'a name that is very long indeed'], canShrink: true },
  { title: 'fee', cells: ['', ''], right: true },
  { title: 'amount', cells: ['1.5', '50.0'], right: true },
  { title: 'txid', cells: ['ab', 'cd'] },
];

it('columns stand below their titles, numbers on the right, and empty ones are left out', () => {
  expect(textTable(COLUMNS, 80, paint)).toEqual([
    'name                             amount  txid',
    'rent                                1.5  ab',
    'a name that is very long indeed    50.0  cd',
  ]);
});

it('what may be cut is cut in the middle, so that no line is longer than the terminal', () => {
  const lines = textTable(COLUMNS, 30, paint);
  expect(Math.max(...lines.map(({ length }) => length))).toBe(30);
  expect(lines[2]).toContain('…');
});

it('nothing is cut in a pipe, and nothing but what may be', () => {
  expect(tableRoom({ isTerminal: false, columns: 80 })).toBe(Number.POSITIVE_INFINITY);
  expect(tableRoom({ isTerminal: true, columns: 80 })).toBe(80);
  const stiff = COLUMNS.map(({ title, cells }) => ({ title, cells }));
  expect(textTable(stiff, 10, paint)[2]).toContain('a name that is very long indeed');
});

it('knows how wide a table is', () => {
  expect(
    tableWidth([
      { title: 'a', cells: ['123'] },
      { title: 'bcde', cells: [''] },
    ]),
  ).toBe(9);
});

it('a text without its middle has both ends', () => {
  expect(shortened('0123456789abcdef', 9)).toBe('0123…cdef');
  expect(shortened('0123', 9)).toBe('0123');
});
