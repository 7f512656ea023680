import type { Endpoint } from '../../../outside/network/endpoint.ts';
import type { Message } from '../../../protocol/wire/message.ts';
import type { VersionMessage } from '../../../protocol/wire/version.ts';

/**
 * Why a connection exists, which decides what flows over it.
 *
 * - `inbound`: somebody else opened it
 * - `outbound-full-relay`: ours, for everything
 * - `block-relay-only`: ours, for blocks alone, so that nobody can infer who is connected to whom
 * - `feeler`: ours, short, to learn whether an address is good
 * - `manual`: the operator wants it
 * - `addr-fetch`: ours, short, to be told addresses
 */
export type ConnectionKind =
  | 'inbound'
  | 'outbound-full-relay'
  | 'block-relay-only'
  | 'feeler'
  | 'manual'
  | 'addr-fetch';

/** What the operator grants to a peer beyond what everybody may: Core's `-whitelist`. */
export type Permission =
  | 'bloomfilter'
  | 'relay'
  | 'forcerelay'
  | 'download'
  | 'mempool'
  | 'noban'
  | 'addr';

/**
 * Another node, whose handshake is over: both sides have said `version` and `verack`.
 *
 * What a part of the node knows about a peer, it keeps itself, in a map by peer, and drops when the
 * peer is gone.
 */
export interface Peer {
  /** Counts up from 0, and is never used twice. */
  readonly id: number;
  readonly kind: ConnectionKind;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** Unix time, in seconds. */
  readonly connectedAt: number;
  /** What it said of itself. */
  readonly version: VersionMessage;
  /** The lower of its protocol version and ours. */
  readonly protocolVersion: number;
  readonly permissions: ReadonlySet<Permission>;
  /** It announces and asks for transactions by their id with witness (BIP339). */
  readonly relaysByWtxid: boolean;
  /** It understands `addrv2` (BIP155). */
  readonly wantsAddrV2: boolean;
  /**
   * So much waits to be sent that nothing more should be made for it. Whoever answers requests stops
   * until it has drained: `drained` of `PeerHandler` tells.
   */
  readonly isCongested: boolean;
  readonly isGone: boolean;
  /** The shortest time that a ping took, in milliseconds; undefined before the first. */
  readonly minPingMs: number | undefined;

  /** Without effect once the peer is gone. */
  send(message: Message): void;
  /** Ends the connection. The reason is for the log, in words. */
  disconnect(reason: string): void;
  /** Notes that it gave us something new, so that it is not evicted lightly. */
  noteUseful(what: 'block' | 'transaction'): void;
}

/** Whether transactions flow to and from a peer. */
export function relaysTransactions(peer: Peer): boolean {
  return peer.kind !== 'block-relay-only' && peer.kind !== 'feeler' && peer.kind !== 'addr-fetch';
}

/** Whether this side opened the connection. */
export function isOutbound(peer: Peer): boolean {
  return peer.kind !== 'inbound';
}
