import type { Cancel, Clock } from '../clock/clock.ts';
import { type Endpoint, endpointText } from './endpoint.ts';
import {
  type CloseReason,
  type Connection,
  type ConnectionHandlers,
  LARGEST_SEND_BUFFER,
  LINGER_MS,
  SEND_BUFFER_SIZE,
} from './network.ts';
import { NetworkError } from './network-error.ts';
import {
  type StreamEnd,
  type StreamReceiver,
  type StreamSender,
  VirtualStream,
} from './virtual-stream.ts';
import type { Wires } from './virtual-wires.ts';

/** Connects two endpoints; each gets its end of it. */
export function connectEndpoints(
  wires: Wires,
  stallTimeoutMs: number,
  a: Endpoint,
  b: Endpoint,
): readonly [VirtualConnection, VirtualConnection] {
  const near = new VirtualConnection(wires.clock, a, b);
  const far = new VirtualConnection(wires.clock, b, a);
  const stream = (sender: VirtualConnection, receiver: VirtualConnection): VirtualStream => {
    const [from, to] = [sender.local, receiver.local];
    return new VirtualStream({
      wires,
      route: { from: from.host, to: to.host },
      entropy: wires.entropy.fork(`${endpointText(from)} > ${endpointText(to)}`),
      stallTimeoutMs,
      sender,
      receiver,
    });
  };
  const forth = stream(near, far);
  const back = stream(far, near);
  near.attach(forth, back);
  far.attach(back, forth);
  return [near, far];
}

/** One end of a connection of a virtual network. */
export class VirtualConnection implements Connection, StreamSender, StreamReceiver {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #clock: Clock;
  #outgoing!: VirtualStream;
  #incoming!: VirtualStream;
  #handlers: ConnectionHandlers | undefined;
  #bytesRead = 0;
  #bytesWritten = 0;
  #isPaused = false;
  #wantsDrain = false;
  #isEnded = false;
  #reason: CloseReason | undefined;
  #cancelLinger: Cancel | undefined;
  /** Told when the connection is over; for the host that it belongs to. */
  onClosed: (() => void) | undefined;

  constructor(clock: Clock, local: Endpoint, remote: Endpoint) {
    this.#clock = clock;
    this.local = local;
    this.remote = remote;
  }

  attach(outgoing: VirtualStream, incoming: VirtualStream): void {
    this.#outgoing = outgoing;
    this.#incoming = incoming;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  get buffered(): number {
    return this.#outgoing.waitingBytes;
  }

  start(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    if (this.#reason !== undefined) this.#tellClosed(this.#reason);
    else if (!this.#isPaused) this.#incoming.resume();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isEnded || this.#reason !== undefined) return false;
    if (this.buffered + bytes.length > LARGEST_SEND_BUFFER) {
      this.#close(new NetworkError('overflow', `send to ${endpointText(this.remote)}`));
      return false;
    }
    this.#bytesWritten += bytes.length;
    this.#outgoing.write(bytes);
    const mayGoOn = this.buffered < SEND_BUFFER_SIZE;
    this.#wantsDrain ||= !mayGoOn;
    return mayGoOn;
  }

  pause(): void {
    this.#isPaused = true;
    if (!this.#isEnded) this.#incoming.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#handlers !== undefined) this.#incoming.resume();
  }

  end(): void {
    if (this.#isEnded || this.#reason !== undefined) return;
    this.#isEnded = true;
    this.#outgoing.end();
    // The end of the other side is read behind whatever else it sends, which nobody wants now.
    this.#incoming.resume();
    this.#cancelLinger = this.#clock.schedule(LINGER_MS, () => this.#close('local'));
  }

  destroy(): void {
    this.#close('local');
  }

  /** As if the program at this end had been killed: nobody in it hears of it. */
  kill(): void {
    this.#handlers = undefined;
    this.#close('local');
  }

  drained(): void {
    if (!this.#wantsDrain || this.#isEnded || this.#reason !== undefined) return;
    this.#wantsDrain = false;
    this.#handlers?.drain?.();
  }

  failed(code: 'timeout' | 'reset'): void {
    this.#close(new NetworkError(code, `talk to ${endpointText(this.remote)}`));
  }

  received(bytes: Uint8Array): void {
    if (this.#isEnded || this.#reason !== undefined) return;
    this.#bytesRead += bytes.length;
    this.#handlers?.data(bytes);
  }

  ended(how: StreamEnd): void {
    if (how === 'end') this.#close('remote');
    else this.failed('reset');
  }

  #close(reason: CloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = this.#isEnded ? 'local' : reason;
    this.#cancelLinger?.();
    // A program that goes away with bytes unread has not heard them, and the writer learns that.
    this.#outgoing.abandon(this.#incoming.hasUnread ? 'reset' : 'end');
    this.#incoming.leave();
    if (this.#handlers !== undefined) this.#tellClosed(this.#reason);
    this.onClosed?.();
  }

  #tellClosed(reason: CloseReason): void {
    this.#clock.schedule(0, () => this.#handlers?.close(reason));
  }
}
