import { endpointText } from '../../outside/network/endpoint.ts';
import type { VersionMessage } from '../../protocol/wire/version.ts';
import { addressText, fromLegacyBytes } from './addresses/address-text.ts';
import { isRoutable, isValid, type NetworkName, networkName } from './addresses/net-address.ts';
import type { PingTimes } from './peer/keep-alive.ts';
import type { ConnectionKind, Permission } from './peer/peer.ts';
import type { PeerConnection } from './peer/peer-connection.ts';
import { permissionNames } from './permissions.ts';

/**
 * A connection at one moment, for `getpeerinfo`. What blocks, transactions and addresses flowed over
 * it, the parts of the node know that handle them.
 */
export interface PeerInfo {
  readonly id: number;
  /** As the operator named it, or its endpoint. */
  readonly name: string;
  readonly local: string;
  /** Where it says that it has found us; undefined where that is no address. */
  readonly localSeen: string | undefined;
  readonly network: NetworkName | 'not_publicly_routable';
  readonly kind: ConnectionKind;
  readonly transport: 'v1';
  readonly permissions: readonly Permission[];
  /** Whether the handshake is over. Before its `version` came, what it says of itself is empty. */
  readonly isReady: boolean;
  readonly version: number;
  readonly userAgent: string;
  readonly services: bigint;
  readonly startingHeight: number;
  readonly relaysTransactions: boolean;
  readonly timeOffset: number;
  /** Unix times, in seconds; 0 for never. */
  readonly connectedAt: number;
  readonly lastSentAt: number;
  readonly lastReceivedAt: number;
  readonly lastBlockAt: number;
  readonly lastTransactionAt: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly bytesSentByCommand: Readonly<Record<string, number>>;
  readonly bytesReceivedByCommand: Readonly<Record<string, number>>;
  readonly ping: PingTimes;
}

/** What `getpeerinfo` tells of a connection. */
export function peerInfo(peer: PeerConnection, ping: PingTimes): PeerInfo {
  const { said, address } = peer;
  const isPublic = address !== undefined && isRoutable(address);
  const network = isPublic ? networkName(address) : undefined;
  return {
    id: peer.id,
    name: peer.name ?? endpointText(peer.remote),
    local: endpointText(peer.local),
    localSeen: said && receiverText(said),
    network: network ?? 'not_publicly_routable',
    kind: peer.kind,
    transport: 'v1',
    permissions: permissionNames(peer.permissions),
    isReady: peer.isReady,
    version: said?.version ?? 0,
    userAgent: said?.userAgent ?? '',
    services: said?.services ?? 0n,
    startingHeight: said?.startHeight ?? -1,
    relaysTransactions: said !== undefined && peer.wantsTransactions,
    timeOffset: peer.timeOffset,
    connectedAt: peer.connectedAt,
    lastSentAt: peer.lastSentAt,
    lastReceivedAt: peer.lastReceivedAt,
    lastBlockAt: peer.lastBlockAt,
    lastTransactionAt: peer.lastTransactionAt,
    bytesSent: peer.connection.bytesWritten,
    bytesReceived: peer.connection.bytesRead,
    bytesSentByCommand: peer.sent.toRecord(),
    bytesReceivedByCommand: peer.received.toRecord(),
    ping,
  };
}

function receiverText({ receiver }: VersionMessage): string | undefined {
  const address = fromLegacyBytes(receiver.address);
  return isValid(address)
    ? endpointText({ host: addressText(address), port: receiver.port })
    : undefined;
}
