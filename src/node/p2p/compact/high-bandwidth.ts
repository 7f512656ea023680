import { isOutbound, type Peer } from '../peer/peer.ts';

/** BIP152: no more than three, or every block would come many times. */
const MOST_PEERS = 3;

/**
 * The peers that send us new blocks at once, without announcing them first: those that were the first
 * to give us one lately.
 */
export class HighBandwidthPeers {
  /** The one that has not given us a block for longest is first. */
  #peers: Peer[] = [];

  has(peer: Peer): boolean {
    return this.#peers.includes(peer);
  }

  /** A peer was the first to give us a block. */
  promote(peer: Peer): void {
    if (this.has(peer)) {
      this.#peers = [...this.#peers.filter((one) => one !== peer), peer];
      return;
    }
    if (this.#peers.length >= MOST_PEERS) {
      const [relegated] = this.#peers.splice(this.#replaceable(peer), 1);
      relegated?.send({ command: 'sendcmpct', announce: false, version: 2n });
    }
    peer.send({ command: 'sendcmpct', announce: true, version: 2n });
    this.#peers.push(peer);
  }

  remove(peer: Peer): void {
    this.#peers = this.#peers.filter((one) => one !== peer);
  }

  /** The first; or the second if whoever came by himself would push out the last one that we chose. */
  #replaceable(newcomer: Peer): number {
    const [first] = this.#peers;
    const ours = this.#peers.filter(isOutbound).length;
    const isLast = ours === 1 && first !== undefined && isOutbound(first);
    return !isOutbound(newcomer) && isLast ? 1 : 0;
  }
}
