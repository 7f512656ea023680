import type { Peer } from '../peer/peer.ts';

/** Waits until what was sent to a peer has left, so that nothing piles up for one that reads slowly. */
export class Drainage {
  readonly #waiting = new Map<Peer, () => void>();

  /** Resolves when there is room to send more, or when the peer is gone. */
  async room(peer: Peer): Promise<void> {
    while (peer.isCongested && !peer.isGone) {
      await new Promise<void>((resolve) => this.#waiting.set(peer, resolve));
    }
  }

  /** What waited has left, or the peer has. */
  drained(peer: Peer): void {
    const goOn = this.#waiting.get(peer);
    this.#waiting.delete(peer);
    goOn?.();
  }
}
