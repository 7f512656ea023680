/** Columns for people. */
import type { Output } from '../io.ts';
import type { Paint } from '../paint.ts';

export interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  /** Numbers stand on the right. */
  readonly right?: boolean;
  /** Cells that are too long are cut in the middle, where the table is wider than the terminal. */
  readonly canShrink?: boolean;
}

const GAP = '  ';
const LEAST_WIDTH = 9;

/**
 * The lines of a table. Columns that are empty are left out.
 *
 * @example
 * textTable([{ title: 'name', cells: ['rent'] }, { title: 'amount', cells: ['1.5'], right: true }], 80, paint)
 */
export function textTable(
  columns: readonly Column[],
  width: number,
  paint: Pick<Paint, 'dim'>,
): readonly string[] {
  const shown = fitted(
    columns.filter(({ cells }) => cells.some((cell) => cell !== '')),
    width,
  );
  const rows = shown[0]?.cells.length ?? 0;
  const line = (cellOf: (column: Column) => string): string =>
    shown
      .map((column) => padded(cellOf(column), widthOf(column), column.right === true))
      .join(GAP)
      .trimEnd();
  const head = paint.dim(line(({ title }) => title));
  return [head, ...Array.from({ length: rows }, (_, row) => line(({ cells }) => cells[row] ?? ''))];
}

/** How wide a table may be: in a pipe, nothing is cut. */
export function tableRoom({ isTerminal, columns }: Pick<Output, 'isTerminal' | 'columns'>): number {
  return isTerminal ? columns : Number.POSITIVE_INFINITY;
}

/** How wide a table of these columns is. */
export function tableWidth(columns: readonly Column[]): number {
  const widths = columns.map(widthOf);
  return widths.reduce((sum, width) => sum + width, GAP.length * (columns.length - 1));
}

/**
 * A text of at most so many characters, without its middle.
 *
 * @example
 * shortened('0123456789abcdef', 9) // '0123…cdef'
 */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

function fitted(columns: readonly Column[], width: number): readonly Column[] {
  let over = tableWidth(columns) - width;
  return columns.map((column) => {
    if (over <= 0 || column.canShrink !== true) return column;
    const own = widthOf(column);
    const next = Math.max(LEAST_WIDTH, column.title.length, own - over);
    over -= Math.max(0, own - next);
    return { ...column, cells: column.cells.map((cell) => shortened(cell, next)) };
  });
}

function widthOf({ title, cells }: Column): number {
  return Math.max(title.length, ...cells.map((cell) => cell.length));
}

function padded(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}
