import { type Clock, unixTime } from '../../outside/clock/clock.ts';
import { drawU64 } from '../../outside/entropy/draw.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { NO_ADDRESS } from '../../protocol/wire/net-address.ts';
import {
  NODE_NETWORK,
  NODE_NETWORK_LIMITED,
  NODE_WITNESS,
  PROTOCOL_VERSION,
} from '../../protocol/wire/services.ts';
import type { VersionMessage } from '../../protocol/wire/version.ts';
import type { AddressRules } from './addresses/address-rules.ts';
import { legacyBytes } from './addresses/address-text.ts';
import type { NetEndpoint } from './addresses/net-address.ts';
import type { Self } from './network-parts.ts';
import type { ConnectionKind, Permission } from './peer/peer.ts';

export interface OurVersionFacts {
  readonly self: Self;
  readonly clock: Clock;
  readonly rules: AddressRules;
  readonly entropy: Entropy;
  readonly kind: ConnectionKind;
  readonly permissions: ReadonlySet<Permission>;
  readonly address: NetEndpoint | undefined;
  /** What the other node is said to offer. */
  readonly theirServices?: bigint;
}

/** What this node says of itself to a peer. Where it can be reached itself, it does not say here. */
export function ourVersion(facts: OurVersionFacts): VersionMessage {
  const { self, clock, rules, entropy, kind, permissions, address, theirServices = 0n } = facts;
  const bytes = address !== undefined && rules.isUsable(address) ? legacyBytes(address) : undefined;
  const receiver =
    bytes === undefined || address === undefined
      ? { ...NO_ADDRESS, services: theirServices }
      : { services: theirServices, address: bytes, port: address.port };
  const isForBlocks = kind === 'block-relay-only' || kind === 'feeler';
  return {
    command: 'version',
    version: PROTOCOL_VERSION,
    services: self.services,
    time: BigInt(unixTime(clock)),
    receiver,
    sender: { ...NO_ADDRESS, services: self.services },
    nonce: drawU64(entropy),
    userAgent: self.userAgent,
    startHeight: self.height(),
    relay: !isForBlocks && (self.relaysTransactions || permissions.has('relay')),
  };
}

/** What a node must offer that we connect to by our own choice, if it offers this (BIP159). */
export function requiredServices(self: Self, offered: bigint): bigint {
  const hasLastBlocks = (offered & NODE_NETWORK_LIMITED) !== 0n;
  const willDo = hasLastBlocks && self.isNearTip?.() === true;
  return (willDo ? NODE_NETWORK_LIMITED : NODE_NETWORK) | NODE_WITNESS;
}
