import type { Peer } from './peer/peer.ts';
import type { PeerFault } from './peer/peer-fault.ts';

/** The network as the parts of the node see it that talk to peers. */
export interface PeerSet {
  /** Those whose handshake is over, oldest first. A copy: peers may come and go meanwhile. */
  all(): Iterable<Peer>;
  get(id: number): Peer | undefined;
  /**
   * For what is found out after the message was handled: the verdict on a block, say. In a handler,
   * throw the fault instead.
   */
  blame(peer: Peer, fault: PeerFault): void;
}
