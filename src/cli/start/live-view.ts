import type { Cancel, Clock } from '../../outside/clock/clock.ts';
import type { Output } from '../io.ts';
import { paintFor } from '../paint.ts';
import type { LiveStatus } from './live-status.ts';
import { blockWords, statusLine, statusLines } from './status-text.ts';

/** How often the picture is drawn, and how often a log gets a line, in milliseconds. */
const DRAW_EVERY = 500;
const LOG_EVERY = 10_000;

/** Up so many lines and to the first column; to the end of the line, nothing. */
const UP = (lines: number): string => `\u001b[${lines}F`;
const CLEAR = '\u001b[K';

export interface LiveViewParts {
  readonly out: Output;
  readonly clock: Clock;
  readonly status: () => LiveStatus;
}

/** Shows a status again and again: in one place of a terminal, or as lines of a log. */
export class LiveView {
  readonly #parts: LiveViewParts;
  #cancel: Cancel = () => {};
  #drawn = 0;
  #height = -1;
  #lastLine = Number.NEGATIVE_INFINITY;

  constructor(parts: LiveViewParts) {
    this.#parts = parts;
    this.#show();
  }

  end(): void {
    this.#cancel();
    if (this.#parts.out.isTerminal) this.#draw();
  }

  #show(): void {
    if (this.#parts.out.isTerminal) this.#draw();
    else this.#log();
    this.#cancel = this.#parts.clock.schedule(DRAW_EVERY, () => this.#show());
  }

  /** Each line goes over the old one: nothing is erased first, so nothing flickers. */
  #draw(): void {
    const { out, status } = this.#parts;
    const lines = statusLines(status(), paintFor(out)).map((line) => fitted(line, out.columns - 1));
    const up = this.#drawn === 0 ? '' : UP(this.#drawn);
    out.write(up + lines.map((line) => `${line}${CLEAR}\n`).join(''));
    this.#drawn = lines.length;
  }

  /** A line for every block that is new, and now and then one for all the rest. */
  #log(): void {
    const { out, clock, status } = this.#parts;
    const now = status();
    const news = now.recent.filter(({ height }) => height > this.#height).reverse();
    if (this.#height >= 0) for (const block of news) out.write(`${blockWords(block)}\n`);
    this.#height = now.height;
    if (clock.monotonic() - this.#lastLine < LOG_EVERY) return;
    this.#lastLine = clock.monotonic();
    out.write(`${statusLine(now)}\n`);
  }
}

/** Cut to a width. What is cut has no colours, since these could not be ended. */
function fitted(line: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  const bare = line.replaceAll(/\u001b\[\d+m/g, '');
  return bare.length <= width ? line : bare.slice(0, Math.max(0, width));
}
