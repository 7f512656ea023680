import { RpcCallError } from '../client/rpc-call-error.ts';
import type { RpcConnection } from '../client/rpc-connection.ts';
import { type Clock, sleep } from '../outside/clock/clock.ts';
import type { CodedError } from '../protocol/bytes/coded-error.ts';
import { equalBytes } from '../protocol/bytes/compare.ts';
import { allOrNone } from './all-or-none.ts';
import { isHopeless } from './is-hopeless.ts';
import { patience } from './patience.ts';
import { readTemplate, type WorkTemplate } from './read-template.ts';

/** What a miner needs of a node. */
export type NodeDoor = Pick<RpcConnection, 'callExact'>;

/** Fees rise, and time goes on: what a long poll may take long to tell is asked for so often. */
const REFRESH_MS = 30_000;
/** A node without long polls has to be asked all the time. */
const NO_LONG_POLL_MS = 3000;
/** A long poll that is answered sooner has not been one: nobody is asked in a circle. */
const SHORTEST_POLL_MS = 250;

/** A node that answers, though with an error, can be asked again soon. */
const LONGEST_WAIT_MS = 3000;

/**
 * - `template`: there is something else to mine
 * - `waiting`: the node does not answer, or has nothing to mine; it is asked again after a while. Told
 *   once, until there is another reason
 * - `resumed`: it answers again
 */
export type FeedEvent =
  | { readonly kind: 'template'; readonly template: WorkTemplate; readonly isNewTip: boolean }
  | { readonly kind: 'waiting'; readonly error: CodedError; readonly retryMs: number }
  | { readonly kind: 'resumed' };

export interface TemplateFeedParts {
  readonly door: NodeDoor;
  readonly clock: Clock;
  readonly tell: (event: FeedEvent) => void;
}

/**
 * What a node wants to be mined, as it is now. There are two requests under way: a long poll, which is
 * answered when there is another tip, and now and then one that is answered at once. A long poll is
 * never called off: each takes one of the few threads of a Bitcoin Core, until there is a new block.
 *
 * @example
 * const feed = new TemplateFeed({ door, clock, tell });
 * const running = feed.run(signal);
 * feed.current?.height
 */
export class TemplateFeed {
  readonly #parts: TemplateFeedParts;
  #current: WorkTemplate | undefined;
  /** How many templates there have been. */
  #count = 0;
  #lastTip: Uint8Array | undefined;
  #waitsFor: string | undefined;
  /** Whether the next moment to ask has come before its time. */
  #isImpatient = false;
  #wake: () => void = () => {};
  readonly #waiting = new Set<() => void>();

  constructor(parts: TemplateFeedParts) {
    this.#parts = parts;
  }

  /** What to mine; undefined when nobody knows. */
  get current(): WorkTemplate | undefined {
    return this.#current;
  }

  /** Resolves at the next template, or when the signal fires. */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#waiting.add(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  /** A block has been found: what is mined now is of no use any more. */
  outdate(template: WorkTemplate): void {
    if (this.#current === template) this.#current = undefined;
    this.#askSoon();
  }

  /**
   * Follows the node until the signal fires.
   *
   * @throws MinerError, RpcCallError, RpcConnectError if there is no point in going on
   */
  async run(signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const end = (): void => ending.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const tasks = [this.#ask(ending.signal), this.#poll(ending.signal)];
    try {
      await allOrNone(tasks, end);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** Asks now and then, and is answered at once. */
  async #ask(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const count = this.#count;
      let delayMs: number;
      this.#isImpatient = false;
      try {
        const template = await this.#request({}, signal);
        // Another one came meanwhile, by the long poll: who knows which of the two is newer?
        if (this.#count !== count && !this.#isOnTip(template)) continue;
        this.#take(template);
        failures = 0;
        delayMs = template.longPollId === undefined ? NO_LONG_POLL_MS : REFRESH_MS;
      } catch (error) {
        if (signal.aborted) return;
        if (isHopeless(error, this.#count > 0)) throw error;
        const longest = error instanceof RpcCallError ? LONGEST_WAIT_MS : Number.POSITIVE_INFINITY;
        delayMs = Math.min(patience(failures++), longest);
        this.#lose(error as CodedError, delayMs);
      }
      await this.#pause(delayMs, failures === 0, signal);
    }
  }

  /** Asks for what comes next, and is answered when that is there. */
  async #poll(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    let id: string | undefined;
    while (!signal.aborted) {
      id ??= this.#current?.longPollId;
      if (id === undefined) {
        await this.next(signal);
        continue;
      }
      const askedAt = clock.monotonic();
      try {
        const template = await this.#request({ longpollid: id }, signal);
        this.#take(template);
        id = template.longPollId;
      } catch (error) {
        if (signal.aborted) return;
        if (isHopeless(error, this.#count > 0)) throw error;
        // The other request finds out what is the matter, and tells.
        id = undefined;
        this.#current = undefined;
        this.#askSoon();
      }
      const restMs = SHORTEST_POLL_MS - (clock.monotonic() - askedAt);
      if (restMs > 0) await sleep(clock, restMs, signal).catch(() => {});
    }
  }

  async #request(wishes: { readonly longpollid?: string }, signal: AbortSignal) {
    const request = { rules: ['segwit'], capabilities: ['longpoll', 'coinbasevalue'], ...wishes };
    return readTemplate(
      await this.#parts.door.callExact('getblocktemplate', [request], { signal }),
    );
  }

  #take(template: WorkTemplate): void {
    const { tell } = this.#parts;
    const isNewTip = !this.#isOnTip(template);
    this.#current = template;
    this.#lastTip = template.previousBlockHash;
    this.#count++;
    if (this.#waitsFor !== undefined) tell({ kind: 'resumed' });
    this.#waitsFor = undefined;
    tell({ kind: 'template', template, isNewTip });
    for (const wake of [...this.#waiting]) wake();
  }

  #lose(error: CodedError, retryMs: number): void {
    this.#current = undefined;
    if (this.#waitsFor === error.message) return;
    this.#waitsFor = error.message;
    this.#parts.tell({ kind: 'waiting', error, retryMs });
  }

  #isOnTip({ previousBlockHash }: WorkTemplate): boolean {
    return this.#lastTip !== undefined && equalBytes(this.#lastTip, previousBlockHash);
  }

  #askSoon(): void {
    this.#isImpatient = true;
    this.#wake();
  }

  async #pause(delayMs: number, mayEndEarly: boolean, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (mayEndEarly && this.#isImpatient)) return;
    const waking = new AbortController();
    const wake = (): void => waking.abort();
    if (mayEndEarly) this.#wake = wake;
    signal.addEventListener('abort', wake, { once: true });
    await sleep(this.#parts.clock, delayMs, waking.signal).catch(() => {});
    signal.removeEventListener('abort', wake);
    this.#wake = () => {};
  }
}
