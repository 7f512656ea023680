/** How far a longer work has come: a bar for a person at a terminal, lines for a log. */
import type { Cancel, Clock } from '../outside/clock/clock.ts';
import type { Output } from './io.ts';
import { grouped, shortDuration } from './plain-words.ts';

/** How often a bar is drawn, and how often a log gets a line, in milliseconds. */
const DRAW_EVERY = 100;
const LOG_EVERY = 1000;
/** Rates and the time that is left are worked out anew so often: digits that race cannot be read. */
const SAMPLE_EVERY = 1000;
/** They are averages over so many samples at most. */
const MOST_SAMPLES = 30;
/** Before that, the time that is left would be a guess. */
const LEAST_SAMPLES = 2;

const MIN_BAR = 10;
const MAX_BAR = 24;
const GAP = '  ';
/** A terminal shows Ctrl-C as `^C`, behind the bar. */
const ECHO = 2;
/** Its brackets, and a space. */
const BAR_FRAME = 3;

export interface ProgressState {
  /** How much is done, from 0 to 1; undefined where nobody can know. */
  readonly fraction?: number | undefined;
  /** How many of what `unit` names are done. It is shown where there is no fraction. */
  readonly count?: number;
  /** What else there is to say: "height 1,234". */
  readonly detail?: string;
}

export interface ProgressOptions {
  /** What is being done: "Importing". */
  readonly title: string;
  /** What is counted: "blocks". Without it, no rate is told. */
  readonly unit?: string;
  /** Show nothing, whoever watches. */
  readonly quiet?: boolean;
}

export interface ProgressOutside {
  readonly err: Output;
  readonly clock: Clock;
}

interface Sample {
  readonly time: number;
  readonly fraction: number;
  readonly count: number;
}

/**
 * Shows how far a longer work has come, on standard error, with its rate and the time that is left.
 * The work says where it is as often as it likes: that costs next to nothing, since the clock decides
 * when something is drawn.
 *
 * @example
 * const progress = new Progress({ title: 'Importing', unit: 'blocks' }, io);
 * try {
 *   for (const [i, block] of blocks.entries()) {
 *     await process(block);
 *     progress.update({ fraction: i / blocks.length, count: i });
 *   }
 * } finally {
 *   progress.end();
 * }
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #samples: Sample[] = [];
  #state: ProgressState = {};
  #figures: Figures = {};
  /** How many characters of the bar are on the terminal. */
  #shown = 0;
  #cancel: Cancel = () => {};

  constructor(options: ProgressOptions, { err, clock }: ProgressOutside) {
    this.#options = options;
    this.#output = err;
    this.#clock = clock;
    if (options.quiet === true) return;
    this.#takeSample();
    this.#schedule();
  }

  update(state: ProgressState): void {
    this.#state = state;
  }

  /** Says something in a line of its own, above the bar. It is said in silence too. */
  say(line: string): void {
    this.#output.write(`${this.#erased()}${line}\n`);
    this.#shown = 0;
  }

  /** Takes the bar away. What became of the work is for the answer to tell. */
  end(): void {
    this.#cancel();
    const erased = this.#erased();
    if (erased !== '') this.#output.write(erased);
    this.#shown = 0;
  }

  #schedule(): void {
    const delay = this.#output.isTerminal ? DRAW_EVERY : LOG_EVERY;
    this.#cancel = this.#clock.schedule(delay, () => {
      this.#schedule();
      this.#takeSample();
      if (this.#output.isTerminal) this.#draw();
      else this.#output.write(`${logLine(this.#options.title, this.#state, this.#figures)}\n`);
    });
  }

  #takeSample(): void {
    const time = this.#clock.monotonic();
    const last = this.#samples.at(-1);
    if (last !== undefined && time - last.time < SAMPLE_EVERY) return;
    const { fraction = 0, count = 0 } = this.#state;
    this.#samples.push({ time, fraction, count });
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
    this.#figures = figuresOf(this.#samples, this.#options.unit);
  }

  /** The new line goes over the old one in one piece: nothing is erased first, so nothing flickers. */
  #draw(): void {
    // The last column stays free: some terminals begin a new line when it is written to.
    const line = barLine(this.#options.title, this.#state, this.#figures, this.#output.columns - 1);
    this.#output.write(`\r${line.padEnd(this.#shown)}`);
    this.#shown = line.length;
  }

  #erased(): string {
    if (this.#shown === 0) return '';
    const width = Math.min(this.#shown + ECHO, this.#output.columns - 1);
    return `\r${' '.repeat(Math.max(width, this.#shown))}\r`;
  }
}

/** What has been measured, in words. */
interface Figures {
  readonly rate?: string | undefined;
  readonly left?: string | undefined;
}

function figuresOf(samples: readonly Sample[], unit: string | undefined): Figures {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < LEAST_SAMPLES) return {};
  const seconds = (last.time - first.time) / 1000;
  const perSecond = (last.count - first.count) / seconds;
  const speed = (last.fraction - first.fraction) / seconds;
  return {
    rate: unit === undefined ? undefined : `${rateText(perSecond)} ${unit}/s`,
    left:
      speed > 0 && last.fraction < 1
        ? `${shortDuration((1 - last.fraction) / speed)} left`
        : undefined,
  };
}

/** Two digits at least: work can be slow. */
function rateText(perSecond: number): string {
  return perSecond >= 10 || perSecond === 0
    ? grouped(Math.round(perSecond))
    : perSecond.toFixed(perSecond >= 1 ? 1 : 2);
}

/**
 * The line at a terminal, cut to its width: what matters least goes first.
 *
 * @example
 * barLine('Importing', { fraction: 0.5, count: 10 }, {}, 40) // 'Importing  [==========>         ]  50%'
 */
export function barLine(
  title: string,
  { fraction, count = 0, detail }: ProgressState,
  { rate, left }: Figures,
  width: number,
): string {
  const amount = fraction === undefined ? grouped(count) : percentText(fraction).padStart(4);
  for (const texts of [[detail, rate, left], [rate, left], [left], []]) {
    const behind = [amount, ...texts.filter((text) => text !== undefined)].join(GAP);
    const room = width - title.length - GAP.length - behind.length;
    if (fraction === undefined && room >= 0) return title + GAP + behind;
    const barWidth = Math.min(MAX_BAR, room - BAR_FRAME);
    if (fraction === undefined || barWidth < MIN_BAR) continue;
    return `${title}${GAP}[${barText(fraction, barWidth)}] ${behind}`;
  }
  return `${title} ${amount.trimStart()}`.slice(0, Math.max(0, width));
}

function barText(fraction: number, width: number): string {
  const full = Math.floor(Math.min(1, Math.max(0, fraction)) * width);
  return `${'='.repeat(full)}${full < width ? '>' : ''}`.padEnd(width);
}

/** Not everything before everything is done. */
function percentText(fraction: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)}%`;
}

function logLine(
  title: string,
  { fraction, count = 0, detail }: ProgressState,
  { rate, left }: Figures,
): string {
  const percent = fraction === undefined ? grouped(count) : percentText(fraction);
  const texts = [percent, detail, rate, left].filter((text) => text !== undefined);
  return `${title}: ${texts.join(', ')}`;
}
