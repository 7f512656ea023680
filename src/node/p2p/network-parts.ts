import type { Clock } from '../../outside/clock/clock.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import {
  CONNECT_TIMEOUT_MS,
  type ListenPlace,
  type Network,
} from '../../outside/network/network.ts';
import type { Log } from '../log/log.ts';
import type { AddressSource, BanSource } from './address-source.ts';
import type { AddressRules } from './addresses/address-rules.ts';
import type { NetEndpoint } from './addresses/net-address.ts';
import { LIMITS } from './limits.ts';
import type { Permission } from './peer/peer.ts';
import type { WhitelistEntry } from './permissions.ts';

/** What a network of peers is made of. */
export interface PeerNetworkParts {
  readonly network: Network;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  /** Opens every message on this chain. */
  readonly magic: Uint8Array;
  /** Where nodes of this chain listen. */
  readonly defaultPort: number;
  readonly self: Self;
  readonly addresses: AddressSource;
  readonly bans: BanSource;
  readonly rules: AddressRules;
  readonly options?: Partial<PeerNetworkOptions>;
  /** A bug. The peer that it came up with is disconnected; whether the node goes on, the caller says. */
  readonly onFatal: (error: unknown) => void;
}

/** What the node says of itself. */
export interface Self {
  readonly services: bigint;
  readonly userAgent: string;
  readonly height: () => number;
  /** False with `-blocksonly`. */
  readonly relaysTransactions: boolean;
  /** Whether the tip is less than a day old: then peers that have only the last blocks will do. */
  readonly isNearTip?: () => boolean;
}

export interface ListenAt extends ListenPlace {
  /** Of everybody who comes in here: `-whitebind`. */
  readonly permissions?: ReadonlySet<Permission>;
  /** Whether it is no failure if that is not possible. */
  readonly isOptional?: boolean;
}

export interface PeerNetworkOptions {
  readonly listen: readonly ListenAt[];
  /** Connect to these, and to nobody else, if it is given: an empty list means to nobody. */
  readonly connect: readonly string[] | undefined;
  readonly addNodes: readonly string[];
  /** Nodes that are asked for addresses when there are too few. */
  readonly seedNodes: readonly string[];
  readonly whitelist: readonly WhitelistEntry[];
  /** Peers for blocks alone from the last run. Whoever cuts us off would have to cut these off too. */
  readonly anchors: readonly NetEndpoint[];
  readonly maxConnections: number;
  readonly receiveBuffer: number;
  readonly sendBuffer: number;
  /** How long connecting may take: `-timeout`. */
  readonly connectTimeoutMs: number;
  /** How long a peer may take to introduce itself: `-peertimeout`. */
  readonly peerTimeoutMs: number;
  /** Whether names of hosts are looked up: `-dns`. */
  readonly looksUpNames: boolean;
  /** The networks that it chooses peers in, by their numbers; all of them where nothing says it: `-onlynet`. */
  readonly onlyNetworks: ReadonlySet<number> | undefined;
  /** Whether it has connections from the beginning: `-networkactive`. */
  readonly isActive: boolean;
}

export const DEFAULT_OPTIONS: PeerNetworkOptions = {
  listen: [],
  connect: undefined,
  addNodes: [],
  seedNodes: [],
  whitelist: [],
  anchors: [],
  maxConnections: LIMITS.connections,
  receiveBuffer: LIMITS.receiveBuffer,
  sendBuffer: LIMITS.sendBuffer,
  connectTimeoutMs: CONNECT_TIMEOUT_MS,
  peerTimeoutMs: 60_000,
  looksUpNames: true,
  onlyNetworks: undefined,
  isActive: true,
};

/** How many connections of each kind there may be. One more outbound place is for feelers. */
export interface Places {
  readonly fullRelay: number;
  readonly blockRelay: number;
  readonly inbound: number;
}

/** What becomes of `-maxconnections`: our own choice comes first, the rest is for those who come in. */
export function placesOf(maxConnections: number): Places {
  const fullRelay = Math.min(LIMITS.outboundFullRelay, maxConnections);
  const blockRelay = Math.min(LIMITS.outboundBlockRelay, maxConnections - fullRelay);
  const feelers = 1;
  return {
    fullRelay,
    blockRelay,
    inbound: Math.max(0, maxConnections - fullRelay - blockRelay - feelers),
  };
}
