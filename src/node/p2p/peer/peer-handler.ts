import type { Command, MessageOf } from '../../../protocol/wire/message.ts';
import type { Peer } from './peer.ts';

type MessageHandlers = {
  readonly [C in Command]?: (peer: Peer, message: MessageOf<C>) => void | Promise<void>;
};

/**
 * A part of the node that talks to peers: headers, blocks, transactions, addresses.
 *
 * Messages of a peer are handled one after the other, each waited for before the next is decoded, so
 * that a peer that is slow to serve slows only itself down. Several parts may handle the same message:
 * they do so in the order in which they were given to the network.
 *
 * Whoever finds a peer at fault throws a `PeerFault`. Every other exception is a bug.
 */
export interface PeerHandler {
  readonly handles: MessageHandlers;
  /** The handshake is over. In the order of the handlers, so what they send is in that order too. */
  ready?(peer: Peer): void;
  /**
   * The peer is gone. Called once for everyone that was ready, and only when its last message has been
   * dealt with, so that nothing is noted of it afterwards.
   */
  gone?(peer: Peer): void;
  /** After one or more messages of the peer were handled, and before the next ones are. */
  pulse?(peer: Peer): void;
  /** What waited to be sent has left, after the peer had been congested; or it will never leave. */
  drained?(peer: Peer): void;
}
