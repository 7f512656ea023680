import type { MinerTotals, SoloMinerEvent } from '../../miner/miner-event.ts';
import { type Cancel, type Clock, unixTime } from '../../outside/clock/clock.ts';
import { type JsonObject, jsonText } from '../../protocol/report/json-text.ts';
import type { Output } from '../io.ts';
import { LiveLine } from '../live-line.ts';
import { paintFor } from '../paint.ts';
import { eventJson, totalsJson, waitingJson } from './mine-json.ts';
import { endLine, eventLine, type MineStatus, statusLine, waitingLine } from './mine-text.ts';

/** How often the line at a terminal is drawn, and how often a log gets one, in milliseconds. */
const DRAW_EVERY = 500;
const LOG_EVERY = 30_000;

export interface MineViewParts {
  readonly out: Output;
  readonly clock: Clock;
  readonly json: boolean;
}

/** What is known of a miner from outside. */
interface Watched {
  readonly hashesPerSecond: number;
  readonly totals: MinerTotals;
}

const NOTHING: Watched = {
  hashesPerSecond: 0,
  totals: { found: 0, accepted: 0, refused: 0, reward: 0n, hashes: 0, searchedMs: 0 },
};

/**
 * Shows a miner at work: for people lines for what happens, and under them, at a terminal, one that is
 * drawn again and again; for programs an object for each event.
 */
export class MineView {
  readonly #parts: MineViewParts;
  readonly #startedAt: number;
  #watched: Watched = NOTHING;
  #height: number | undefined;
  #isWaiting = false;
  readonly #line: LiveLine;
  #cancel: Cancel = () => {};

  constructor(parts: MineViewParts) {
    this.#parts = parts;
    this.#line = new LiveLine(parts.out, (columns) => statusLine(this.#status(), columns));
    this.#startedAt = parts.clock.monotonic();
  }

  /** Before anything can be mined. */
  waiting(error: Error, retryMs: number): void {
    if (this.#parts.json) this.#write(waitingJson(error, retryMs));
    else this.#line.say(waitingLine(error, retryMs, paintFor(this.#parts.out)));
  }

  /** From here on there is something to show. */
  begin(watched: Watched, line: string, facts: JsonObject): void {
    this.#watched = watched;
    if (this.#parts.json) {
      this.#write({ event: 'started', ...facts });
      return;
    }
    this.#line.say(line);
    this.#schedule();
  }

  hear(event: SoloMinerEvent): void {
    if (event.kind === 'template') this.#height = event.template.height;
    if (event.kind === 'waiting') this.#isWaiting = true;
    if (event.kind === 'resumed') this.#isWaiting = false;
    if (this.#parts.json) {
      this.#write(eventJson(event));
      return;
    }
    const line = eventLine(event, paintFor(this.#parts.out));
    if (line !== undefined) this.#line.say(line);
  }

  /** The last words; none where something went wrong, which is told elsewhere. */
  end(isGood: boolean): void {
    this.#cancel();
    this.#line.erase();
    if (!isGood) return;
    if (this.#parts.json) this.#write({ event: 'stopped', ...totalsJson(this.#watched.totals) });
    else this.#parts.out.write(`${endLine(this.#status())}\n`);
  }

  #status(): MineStatus {
    const { hashesPerSecond, totals } = this.#watched;
    const seconds = (this.#parts.clock.monotonic() - this.#startedAt) / 1000;
    const [height, isWaiting] = [this.#height, this.#isWaiting];
    return { ...{ height, hashesPerSecond, totals, isWaiting }, seconds };
  }

  #schedule(): void {
    const { out, clock } = this.#parts;
    this.#cancel = clock.schedule(out.isTerminal ? DRAW_EVERY : LOG_EVERY, () => {
      if (out.isTerminal) this.#line.draw();
      else out.write(`${statusLine(this.#status())}\n`);
      this.#schedule();
    });
  }

  #write(event: JsonObject): void {
    const { out, clock } = this.#parts;
    out.write(`${jsonText({ time: unixTime(clock), ...event })}\n`);
  }
}
