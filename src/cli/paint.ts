import type { Output } from './io.ts';

/** Colours for a terminal; the text alone where there are none. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/**
 * The colours that an output can show. They are the terminal's own sixteen, so that they suit a
 * dark background and a light one.
 */
export function paintFor(output: Pick<Output, 'colours'>): Paint {
  const colour =
    (on: number, off: number) =>
    (text: string): string =>
      output.colours ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: colour(1, 22),
    dim: colour(2, 22),
    green: colour(32, 39),
    red: colour(31, 39),
    yellow: colour(33, 39),
    cyan: colour(36, 39),
  };
}
