import type { Clock } from '../../../outside/clock/clock.ts';
import type { Connection } from '../../../outside/network/network.ts';
import { type Frame, type FrameProblem, FrameReader } from '../../../protocol/wire/frame.ts';
import { ReceiveQueue, type SharedLoad } from './receive-queue.ts';

/** After so many messages, or so long, everybody else has a turn. */
const MESSAGES_IN_A_TURN = 64;
const LONGEST_TURN_MS = 20;
/** How long a round of turns should take, however many there are: so long everybody waits for his. */
const ROUND_MS = 100;
/** Bytes that are searched for frames at once. A checksum a frame: 64 kB of small ones take milliseconds. */
const SLICE = 4096;

export interface MessagePumpParts {
  readonly connection: Connection;
  readonly magic: Uint8Array;
  readonly clock: Clock;
  readonly shared: SharedLoad;
  readonly receiveBuffer: number;
  /** Handles a message. What it throws ends the pump: whose fault it is, is known before. */
  readonly take: (item: Frame | FrameProblem) => void | Promise<void>;
  /** After one or more messages, and before the next ones. */
  readonly pulse: () => void;
  /** Whether answers wait to be sent, so that no more questions are to be heard. */
  readonly isCongested: () => boolean;
  /** Whether nothing that comes is of interest any more. */
  readonly isOver: () => boolean;
  readonly failed: (error: unknown) => void;
  /** The connection is closed, and nothing of it is being handled. Called once. */
  readonly ended: () => void;
}

/**
 * Takes bytes as they come, and hands messages on, each after the one before it has been dealt with.
 * Meanwhile what comes waits here, and when it is too much, at the other side.
 */
export class MessagePump {
  readonly #parts: MessagePumpParts;
  readonly #queue: ReceiveQueue;
  readonly #frames: FrameReader;
  #isWorking = false;
  #isClosed = false;
  #unpulsed = 0;
  #turnStart = 0;
  #continue: (() => void) | undefined;

  constructor(parts: MessagePumpParts) {
    this.#parts = parts;
    this.#queue = new ReceiveQueue(parts.connection, parts.shared, parts.receiveBuffer);
    this.#frames = new FrameReader(parts.magic);
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    if (!this.#isWorking) void this.#work();
  }

  /** The answers have left: on with the questions. */
  drained(): void {
    const resume = this.#continue;
    this.#continue = undefined;
    resume?.();
  }

  /** Nothing comes any more. What is being handled is waited for. */
  close(): void {
    this.#isClosed = true;
    this.#queue.clear();
    this.drained();
    if (!this.#isWorking) this.#parts.ended();
  }

  async #work(): Promise<void> {
    const { clock, shared, isOver, failed, ended } = this.#parts;
    this.#isWorking = true;
    shared.working++;
    this.#turnStart = clock.monotonic();
    try {
      // More may come in the moment between the last message and this line.
      do await this.#handleAll();
      while (this.#queue.waiting > 0 && !isOver());
      if (this.#unpulsed > 0) this.#pulse();
    } catch (error) {
      failed(error);
    }
    this.#isWorking = false;
    shared.working--;
    if (this.#isClosed) ended();
  }

  async #handleAll(): Promise<void> {
    for (let bytes = this.#queue.shift(); bytes !== undefined; bytes = this.#queue.shift()) {
      for (let at = 0; at < bytes.length && !this.#parts.isOver(); at += SLICE) {
        const found = this.#frames.push(bytes.subarray(at, at + SLICE));
        if (found.length > 0) await this.#takeAll(found);
      }
    }
  }

  async #takeAll(found: readonly (Frame | FrameProblem)[]): Promise<void> {
    const { take, isOver } = this.#parts;
    for (const item of found) {
      if (isOver()) return;
      const waiting = take(item);
      if (waiting !== undefined) await waiting;
      this.#unpulsed++;
      if (this.#mustPause()) await this.#pause();
    }
  }

  #mustPause(): boolean {
    const { clock, shared, isCongested } = this.#parts;
    const turn = Math.min(LONGEST_TURN_MS, ROUND_MS / shared.working);
    const isLong = clock.monotonic() - this.#turnStart > turn;
    return isLong || this.#unpulsed >= MESSAGES_IN_A_TURN || isCongested();
  }

  /** Lets others have a turn. Who does not listen waits until the answers to earlier questions have left. */
  async #pause(): Promise<void> {
    const { clock, isCongested, isOver } = this.#parts;
    this.#pulse();
    if (!isCongested() || isOver()) {
      await clock.nextTurn();
    } else {
      await new Promise<void>((resolve) => {
        this.#continue = resolve;
      });
    }
    this.#turnStart = clock.monotonic();
  }

  #pulse(): void {
    this.#unpulsed = 0;
    this.#parts.pulse();
  }
}
