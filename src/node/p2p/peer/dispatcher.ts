import type { Command, Message } from '../../../protocol/wire/message.ts';
import type { Peer } from './peer.ts';
import type { PeerHandler } from './peer-handler.ts';

type Handle = (peer: Peer, message: Message) => void | Promise<void>;

/** Brings what peers say, and what becomes of them, to the parts of the node, in their order. */
export class Dispatcher {
  readonly #handlers: PeerHandler[] = [];
  readonly #byCommand = new Map<string, Handle[]>();

  add(handler: PeerHandler): void {
    this.#handlers.push(handler);
    for (const command of Object.keys(handler.handles) as Command[]) {
      const handle = handler.handles[command] as Handle | undefined;
      if (handle === undefined) continue;
      const known = this.#byCommand.get(command) ?? [];
      known.push((peer, message) => handle.call(handler.handles, peer, message));
      this.#byCommand.set(command, known);
    }
  }

  /** A promise only if somebody takes time: most messages are handled at once. */
  handle(peer: Peer, message: Message): void | Promise<void> {
    const handles = this.#byCommand.get(message.command);
    if (handles === undefined) return undefined;
    for (let i = 0; i < handles.length; i++) {
      const waiting = handles[i]?.(peer, message);
      if (waiting !== undefined) return handleRest(waiting, handles.slice(i + 1), peer, message);
    }
    return undefined;
  }

  ready(peer: Peer): void {
    for (const handler of this.#handlers) {
      if (!peer.isGone) handler.ready?.(peer);
    }
  }

  gone(peer: Peer): void {
    for (const handler of this.#handlers) handler.gone?.(peer);
  }

  pulse(peer: Peer): void {
    for (const handler of this.#handlers) {
      if (!peer.isGone) handler.pulse?.(peer);
    }
  }

  /** Of a peer that is gone too: who waits for it waits no longer. */
  drained(peer: Peer): void {
    for (const handler of this.#handlers) handler.drained?.(peer);
  }
}

async function handleRest(
  first: Promise<void>,
  rest: readonly Handle[],
  peer: Peer,
  message: Message,
): Promise<void> {
  await first;
  for (const handle of rest) await handle(peer, message);
}
