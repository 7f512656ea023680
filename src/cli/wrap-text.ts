/**
 * Breaks text into lines of at most so many characters, between words. A word that is longer than a
 * line gets a line of its own and is left whole, because it may be something to copy.
 *
 * @example
 * wrapText('one two three', 8) // ['one two', 'three']
 */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/**
 * Rows of two columns: what something is called, and what it is, with the second one wrapped.
 *
 * @example
 * twoColumns([['-h', 'Explain']], 80) // ['  -h  Explain']
 */
export function twoColumns(
  rows: readonly (readonly [name: string, text: string])[],
  width: number,
): readonly string[] {
  const indent = 2 + Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.flatMap(([name, text]) =>
    wrapText(text, width - indent).map((line, i) =>
      `  ${i === 0 ? name : ''}`.padEnd(indent).concat(line),
    ),
  );
}
