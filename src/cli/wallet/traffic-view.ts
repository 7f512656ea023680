import { type Cancel, type Clock, unixTime } from '../../outside/clock/clock.ts';
import { type JsonObject, jsonText } from '../../protocol/report/json-text.ts';
import type { Output } from '../io.ts';
import { LiveLine } from '../live-line.ts';
import { paintFor } from '../paint.ts';
import type { Traffic, TrafficEvent } from './traffic.ts';
import { totalsJson, trafficEnd, trafficJson, trafficLine } from './traffic-text.ts';

/** How often the line at a terminal is drawn, and how often a log gets one, in milliseconds. */
const DRAW_EVERY = 500;
const LOG_EVERY = 10_000;

export interface TrafficViewParts {
  readonly out: Output;
  readonly clock: Clock;
  readonly json: boolean;
  readonly seed: string;
  /** What to do about it that no wallet has any coins. */
  readonly advice: string;
}

/** Shows traffic: a line of counts that stays in its place, lines of a log, or an object for each event. */
export class TrafficView {
  readonly #parts: TrafficViewParts;
  readonly #traffic: Traffic;
  readonly #startedAt: number;
  readonly #line: LiveLine;
  #cancel: Cancel = () => {};

  constructor(traffic: Traffic, parts: TrafficViewParts, facts: JsonObject, line: string) {
    this.#parts = parts;
    this.#traffic = traffic;
    this.#line = new LiveLine(parts.out, (columns) =>
      trafficLine(traffic.totals, this.#seconds, columns),
    );
    this.#startedAt = parts.clock.monotonic();
    traffic.on((event) => this.#hear(event));
    if (parts.json) this.#write({ event: 'started', ...facts });
    else parts.out.write(`${line}\n`);
    this.#schedule();
  }

  /** The last words. */
  end(): void {
    this.#cancel();
    this.#line.erase();
    const { out, json, seed } = this.#parts;
    const { totals } = this.#traffic;
    if (json) this.#write({ event: 'stopped', ...totalsJson(totals), seed });
    else out.write(`${trafficEnd(totals, this.#seconds, seed)}\n`);
  }

  get #seconds(): number {
    return (this.#parts.clock.monotonic() - this.#startedAt) / 1_000;
  }

  #hear(event: TrafficEvent): void {
    const { json, out } = this.#parts;
    if (json) {
      this.#write(trafficJson(event));
      return;
    }
    const { yellow, green } = paintFor(out);
    if (event.kind === 'unreachable') this.#line.say(`${yellow('Waiting')} for the node.`);
    if (event.kind === 'resumed') this.#line.say(green('The node is there again.'));
    if (event.kind === 'short')
      this.#line.say(`${yellow('Waiting')}: ${this.#shortage(event.reason)}`);
  }

  #shortage(reason: 'coins' | 'immature' | 'none'): string {
    if (reason === 'coins')
      return 'all coins are in payments that wait for a block; it goes on with the next ones.';
    if (reason === 'immature')
      return 'all coins were mined lately, and are not old enough; it goes on once they are.';
    return `no wallet has coins yet. ${this.#parts.advice}`;
  }

  #schedule(): void {
    const { out, clock, json } = this.#parts;
    this.#cancel = clock.schedule(out.isTerminal && !json ? DRAW_EVERY : LOG_EVERY, () => {
      const { totals } = this.#traffic;
      if (json) this.#write({ event: 'status', ...totalsJson(totals) });
      else if (out.isTerminal) this.#line.draw();
      else out.write(`${trafficLine(totals, this.#seconds)}\n`);
      this.#schedule();
    });
  }

  #write(event: JsonObject): void {
    const { out, clock } = this.#parts;
    out.write(`${jsonText({ time: unixTime(clock), ...event })}\n`);
  }
}
