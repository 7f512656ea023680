/** QR codes (ISO/IEC 18004) in a terminal, in plain text and as SVG. */
import { encodeQR } from 'qr';

/** Rows of squares, the quiet zone around the code among them; true where a square is dark. */
export type QrSquares = readonly (readonly boolean[])[];

/** The standard asks for so many light squares on all sides: scanners find no code without them. */
const QUIET_ZONE = 4;
/** Bytes that fit into the largest code, with the error correction that is used here. */
const LONGEST = 2_331;

/**
 * A text as a QR code. A seventh of it may be covered; `low` makes a smaller code, of which that may be half
 * as much. Undefined if the text is too long for any.
 *
 * @example
 * qrSquares('BITCOIN:BC1Q…')?.length // 41
 */
export function qrSquares(
  text: string,
  correction: 'low' | 'medium' = 'medium',
): QrSquares | undefined {
  if (new TextEncoder().encode(text).length > LONGEST) return undefined;
  return encodeQR(text, 'raw', { ecc: correction, border: QUIET_ZONE });
}

/** What a half block shows, by the square above and the one below. */
const LIGHT_ON_DARK = { both: '█', above: '▀', below: '▄', neither: ' ' } as const;
/** Black on white whatever the colours of the terminal are: the fixed ones of the 256, no theme's sixteen. */
const BLACK_ON_WHITE = '\u001b[38;5;16;48;5;231m';
const RESET = '\u001b[0m';

/**
 * The code in half blocks, two rows in a line. With colours it is black on white. Without, the light squares
 * are printed, as suits a dark terminal; `inverted` prints the dark ones, for dark letters on a light ground.
 *
 * @example
 * out.write(qrText(squares, { colours: out.colours }));
 */
export function qrText(
  squares: QrSquares,
  { colours, inverted = false }: { readonly colours: boolean; readonly inverted?: boolean },
): string {
  const printsDark = colours || inverted;
  const isPrinted = (row: readonly boolean[] | undefined, x: number): boolean =>
    (row?.[x] ?? false) === printsDark;
  const lines: string[] = [];
  for (let y = 0; y < squares.length; y += 2) {
    const [above, below] = [squares[y], squares[y + 1]];
    let line = '';
    for (let x = 0; x < squares.length; x++)
      line += halfBlock(isPrinted(above, x), isPrinted(below, x));
    lines.push(colours ? `${BLACK_ON_WHITE}${line}${RESET}\n` : `${line}\n`);
  }
  return lines.join('');
}

function halfBlock(above: boolean, below: boolean): string {
  if (above) return below ? LIGHT_ON_DARK.both : LIGHT_ON_DARK.above;
  return below ? LIGHT_ON_DARK.below : LIGHT_ON_DARK.neither;
}

/** How large a square of the picture is, where a program does not make it fit. */
const PIXELS = 8;

/**
 * The code as a picture that stays sharp at any size: black on white, with its text for those who cannot
 * see it.
 *
 * @example
 * await disk.write('pay.svg', qrSvg(squares, 'bitcoin:bc1q…'));
 */
export function qrSvg(squares: QrSquares, title: string): string {
  const { length: size } = squares;
  const dark = squares.map((row, y) =>
    runsOf(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size * PIXELS}" height="${size * PIXELS}" shape-rendering="crispEdges">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${size}" height="${size}" fill="#fff"/>`,
    `<path fill="#000" d="${dark.flat().join('')}"/>`,
    '</svg>\n',
  ].join('\n');
}

/** Dark squares side by side are one rectangle. */
function runsOf(row: readonly boolean[]): readonly (readonly [start: number, width: number])[] {
  const runs: [start: number, width: number][] = [];
  for (const [x, isDark] of row.entries()) {
    const last = runs.at(-1);
    if (!isDark) continue;
    if (last !== undefined && last[0] + last[1] === x) last[1]++;
    else runs.push([x, 1]);
  }
  return runs;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
