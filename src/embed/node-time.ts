import type { AdjustableClock } from '../outside/clock/adjustable-clock.ts';
import { unixTime } from '../outside/clock/clock.ts';
import { NodeError } from './node-error.ts';

/** A length of time: in seconds, or in units that are added up. */
export type Duration =
  | number
  | {
      readonly days?: number;
      readonly hours?: number;
      readonly minutes?: number;
      readonly seconds?: number;
    };

/** How the clock of a node stands; what a snapshot remembers of it. */
export interface ClockState {
  /** Milliseconds since 1970 at which it stands still, if it does. */
  readonly frozenAt: number | undefined;
  /** Milliseconds that it is ahead of the machine's while it goes. */
  readonly offset: number;
}

/** Block headers have room for no later time: the year 2106. */
const LATEST = 0xffff_ffff;
const UNITS = { days: 86_400, hours: 3600, minutes: 60, seconds: 1 } as const;

/**
 * The time as a node sees it: it goes with the machine's until it is set, and then stands still. The
 * times of blocks follow it, as far as the rules let them: a block is always later than the median of
 * the eleven before it. JSON-RPC's `setmocktime` sets the same clock.
 *
 * Each node has its own. One that is more than two hours behind refuses the blocks of the others.
 *
 * @example
 * node.time.set(new Date('2030-01-01')); // and it stands still
 * node.time.advance({ hours: 3 });
 * node.time.now() // 1893466800
 * node.time.resume(); // as the machine's again
 */
export class NodeTime {
  readonly #clock: AdjustableClock;

  /** @internal */
  constructor(clock: AdjustableClock) {
    this.#clock = clock;
  }

  /** Seconds since 1970. */
  now(): number {
    return unixTime(this.#clock);
  }

  /** Whether the time stands still. */
  get isSet(): boolean {
    return this.#clock.frozenAt !== undefined;
  }

  /**
   * Sets the time, and lets it stand still.
   *
   * @param time a `Date`, or seconds since 1970
   * @throws NodeError `bad-time`
   */
  set(time: Date | number): void {
    this.#clock.freeze(secondsFrom(time) * 1000);
  }

  /**
   * Moves the time forward: one that stands still stands still later, one that goes is ahead from then
   * on. Only what the clock shows changes. What waits for a length of time (a peer's timeout) still
   * waits; `node.rpc('mockscheduler', seconds)` hastens that.
   *
   * @throws NodeError `bad-time`
   */
  advance(by: Duration): void {
    const seconds = lengthFrom(by);
    const { frozenAt } = this.#clock;
    secondsFrom(this.now() + seconds);
    if (frozenAt === undefined) this.#clock.offset += seconds * 1000;
    else this.#clock.freeze(frozenAt + seconds * 1000);
  }

  /** Lets the time go again, as the machine's does. */
  resume(): void {
    this.#clock.offset = 0;
    this.#clock.freeze();
  }
}

export function clockState({ frozenAt, offset }: AdjustableClock): ClockState {
  return { frozenAt, offset };
}

export function restoreClock(clock: AdjustableClock, { frozenAt, offset }: ClockState): void {
  clock.offset = offset;
  clock.freeze(frozenAt);
}

/** @throws NodeError `bad-time` */
export function secondsFrom(time: Date | number): number {
  const seconds = time instanceof Date ? Math.floor(time.getTime() / 1000) : time;
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= LATEST) return seconds;
  const hint = seconds > LATEST ? ' (these look like milliseconds)' : '';
  throw new NodeError(
    'bad-time',
    `the time is ${seconds}${hint}; allowed: a Date, or whole seconds since 1970 up to ${LATEST}`,
  );
}

function lengthFrom(by: Duration): number {
  const parts = typeof by === 'number' ? { seconds: by } : by;
  const entries = Object.entries(parts);
  const isKnown = entries.every(([unit, count]) => Object.hasOwn(UNITS, unit) && count >= 0);
  const seconds = entries.reduce(
    (sum, [unit, count]) => sum + count * UNITS[unit as keyof typeof UNITS],
    0,
  );
  if (isKnown && Number.isInteger(seconds)) return seconds;
  throw new NodeError(
    'bad-time',
    `the time cannot advance by ${JSON.stringify(by)}; allowed: whole seconds that are not negative, or { days, hours, minutes, seconds }`,
  );
}
