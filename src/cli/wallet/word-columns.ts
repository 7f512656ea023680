import type { Paint } from '../paint.ts';

const ROWS = 4;
/** No word of the list is longer. */
const WORD_WIDTH = 8;

/**
 * The words of a wallet with their numbers, downwards in columns of four: as one writes them down.
 *
 * @example
 * wordColumns('abandon ability …', paint) // ['   1  abandon     5  …', …]
 */
export function wordColumns(words: string, paint: Pick<Paint, 'dim' | 'bold'>): readonly string[] {
  const all = words.split(' ');
  return Array.from({ length: Math.min(ROWS, all.length) }, (_, row) =>
    all
      .flatMap((word, i) => (i % ROWS === row ? [[word, i + 1] as const] : []))
      .map(([word, number]) => {
        const gap = ' '.repeat(WORD_WIDTH - word.length);
        return `  ${paint.dim(String(number).padStart(2))}  ${paint.bold(word)}${gap}`;
      })
      .join('  ')
      .trimEnd(),
  );
}
