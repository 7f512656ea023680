import { joinBytes } from '../../protocol/bytes/concat.ts';
import { drawBelow, drawChance } from '../entropy/draw.ts';
import type { SeededEntropy } from '../entropy/seeded-entropy.ts';
import { type Link, RETRY_MS, type Route, type Wires } from './virtual-wires.ts';

/** The bytes that may be on the way or unread; then the sender waits. */
const WINDOW_SIZE = 524_288;
/** The most that travels, and arrives, in one piece. */
const LARGEST_SEGMENT = 65_536;
/** How often a piece ends at a random byte, and not where the writer paused. */
const CUT_CHANCE = 0.25;

/** A piece of a stream on its way, or what comes after the last piece. */
interface Segment {
  readonly content: Uint8Array | StreamEnd;
  readonly at: number;
}

/** `end`: everything was sent. `reset`: the other side gave up. */
export type StreamEnd = 'end' | 'reset';

export interface StreamSender {
  /** Nothing waits to be sent any more. */
  drained(): void;
  /** It could not be delivered. */
  failed(code: 'timeout' | 'reset'): void;
}

export interface StreamReceiver {
  received(bytes: Uint8Array): void;
  ended(how: StreamEnd): void;
}

export interface StreamOptions {
  readonly wires: Wires;
  readonly route: Route;
  readonly entropy: SeededEntropy;
  readonly stallTimeoutMs: number;
  readonly sender: StreamSender;
  readonly receiver: StreamReceiver;
}

/**
 * One direction of a connection: bytes leave in order, arrive in order and whole, and in other pieces
 * than they were written in.
 *
 * Where a real stream has acknowledgements, this one simply knows what the other end has: they would
 * double the number of events, and change little else.
 */
export class VirtualStream {
  readonly #wires: Wires;
  readonly #route: Route;
  readonly #link: Link;
  readonly #entropy: SeededEntropy;
  readonly #stallTimeoutMs: number;
  readonly #sender: StreamSender;
  readonly #receiver: StreamReceiver;

  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #flying: Segment[] = [];
  #unread: (Uint8Array | StreamEnd)[] = [];
  /** Of the bytes that are flying or unread. */
  #windowUsed = 0;
  #lastArrival = 0;
  #stalledSince: number | undefined;
  #isSendScheduled = false;
  #isArrivalScheduled = false;
  /** What is to follow the last byte, and then, what has. */
  #end: StreamEnd | undefined;
  #isEndSent = false;
  #isPaused = true;
  #isReceiverGone = false;

  constructor(options: StreamOptions) {
    this.#wires = options.wires;
    this.#route = options.route;
    this.#link = options.wires.link(options.route);
    this.#entropy = options.entropy;
    this.#stallTimeoutMs = options.stallTimeoutMs;
    this.#sender = options.sender;
    this.#receiver = options.receiver;
  }

  /** The bytes that have not left yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether bytes have arrived that nobody has taken. */
  get hasUnread(): boolean {
    return this.#unread.some((content) => typeof content !== 'string');
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#scheduleSending();
  }

  /** No more is written; the other side hears of it behind the last byte. */
  end(): void {
    this.#end ??= 'end';
    this.#scheduleSending();
  }

  /** What has not left will not leave any more, and the other side hears why. */
  abandon(how: StreamEnd): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#end = how;
    this.#scheduleSending();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    // Never from inside the call of whoever resumes it.
    this.#wires.clock.schedule(0, () => this.#read());
  }

  /** Nobody reads any more: what arrives from now on is answered with a reset. */
  leave(): void {
    this.#isReceiverGone = true;
    this.#unread = [];
  }

  /** In a turn of its own, so that what is written in one turn may leave in one piece. */
  #scheduleSending(): void {
    if (this.#isSendScheduled) return;
    this.#isSendScheduled = true;
    this.#wires.clock.schedule(0, this.#send);
  }

  readonly #send = (): void => {
    this.#isSendScheduled = false;
    const wasWaiting = this.#waitingBytes > 0;
    while (this.#waitingBytes > 0 && this.#windowUsed < WINDOW_SIZE) {
      const room = WINDOW_SIZE - this.#windowUsed;
      const most = Math.min(this.#waitingBytes, room, LARGEST_SEGMENT);
      const isCut = drawChance(this.#entropy, CUT_CHANCE);
      this.#launch(this.#take(isCut ? 1 + drawBelow(this.#entropy, most) : most));
    }
    if (this.#waitingBytes === 0 && this.#end !== undefined && !this.#isEndSent) {
      this.#isEndSent = true;
      this.#launch(this.#end);
    }
    if (wasWaiting && this.#waitingBytes === 0) this.#sender.drained();
  };

  /** The next so many bytes that wait. */
  #take(length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let missing = length;
    let used = 0;
    while (missing > 0) {
      const first = this.#waiting[used] as Uint8Array;
      parts.push(first.subarray(0, missing));
      if (first.length > missing) this.#waiting[used] = first.subarray(missing);
      else used++;
      missing -= Math.min(missing, first.length);
    }
    this.#waiting.splice(0, used);
    this.#waitingBytes -= length;
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : joinBytes(parts);
  }

  #launch(content: Uint8Array | StreamEnd): void {
    const link = this.#link;
    const length = typeof content === 'string' ? 0 : content.length;
    const start = Math.max(this.#wires.clock.monotonic(), link.freeAt);
    link.freeAt = start + (length * 1000) / link.conditions.bytesPerSecond;
    const at = link.freeAt + this.#wires.reliableDelay(link, this.#entropy);
    this.#lastArrival = Math.max(this.#lastArrival, at);
    this.#flying.push({ content, at: this.#lastArrival });
    this.#windowUsed += length;
    this.#scheduleArrival();
  }

  #scheduleArrival(): void {
    const [next] = this.#flying;
    if (next === undefined || this.#isArrivalScheduled) return;
    this.#isArrivalScheduled = true;
    const delay = Math.max(0, next.at - this.#wires.clock.monotonic());
    this.#wires.clock.schedule(delay, this.#arrive);
  }

  readonly #arrive = (): void => {
    this.#isArrivalScheduled = false;
    const now = this.#wires.clock.monotonic();
    if (this.#wires.isCut(this.#route)) {
      this.#stall(now);
      return;
    }
    this.#stalledSince = undefined;
    while (this.#flying[0] !== undefined && this.#flying[0].at <= now) {
      this.#deliver((this.#flying.shift() as Segment).content);
    }
    this.#scheduleArrival();
  };

  #stall(now: number): void {
    this.#stalledSince ??= now;
    if (now - this.#stalledSince >= this.#stallTimeoutMs) {
      this.#flying = [];
      this.#sender.failed('timeout');
      return;
    }
    this.#isArrivalScheduled = true;
    this.#wires.clock.schedule(RETRY_MS, this.#arrive);
  }

  #deliver(content: Uint8Array | StreamEnd): void {
    if (this.#isReceiverGone) {
      if (typeof content === 'string') return;
      this.#flying = [];
      const back = { from: this.#route.to, to: this.#route.from };
      this.#wires.notify(back, this.#entropy, () => this.#sender.failed('reset'));
    } else if (content === 'reset') {
      this.#unread = [];
      this.#receiver.ended('reset');
    } else {
      this.#unread.push(content);
      this.#read();
    }
  }

  #read(): void {
    while (!this.#isPaused && !this.#isReceiverGone) {
      const content = this.#unread.shift();
      if (content === undefined) break;
      if (typeof content === 'string') {
        this.#receiver.ended(content);
      } else {
        this.#windowUsed -= content.length;
        if (this.#waitingBytes > 0) this.#scheduleSending();
        this.#receiver.received(content);
      }
    }
  }
}
