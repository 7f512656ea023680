import type { Output } from './io.ts';

/** Back to the first column; and from here to the end of the line, nothing. */
const BACK = '\r';
const CLEAR = '\u001b[K';

/** A line at a terminal that stays in its place and is drawn again and again, under those that are said. */
export class LiveLine {
  readonly #out: Output;
  readonly #text: (columns: number) => string;
  #isDrawn = false;

  /** @param text what the line says now, in so many columns */
  constructor(out: Output, text: (columns: number) => string) {
    this.#out = out;
    this.#text = text;
  }

  /** The last column stays free: some terminals begin a new line when it is written to. */
  draw(): void {
    this.#out.write(`${BACK}${this.#text(this.#out.columns - 1)}${CLEAR}`);
    this.#isDrawn = true;
  }

  /** A line that stays, above this one. */
  say(line: string): void {
    const wasDrawn = this.#isDrawn;
    this.erase();
    this.#out.write(`${line}\n`);
    if (wasDrawn) this.draw();
  }

  erase(): void {
    if (this.#isDrawn) this.#out.write(BACK + CLEAR);
    this.#isDrawn = false;
  }
}
