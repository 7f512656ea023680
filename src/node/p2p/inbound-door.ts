import type { Clock } from '../../outside/clock/clock.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { type Endpoint, endpointText } from '../../outside/network/endpoint.ts';
import type { Connection, Listener, Network } from '../../outside/network/network.ts';
import { NetworkError } from '../../outside/network/network-error.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { sha256 } from '../../protocol/crypto/hash.ts';
import type { Log } from '../log/log.ts';
import type { BanSource } from './address-source.ts';
import type { AddressRules } from './addresses/address-rules.ts';
import { parseEndpoint } from './addresses/address-text.ts';
import { isLocal, type NetAddress, networkName } from './addresses/net-address.ts';
import { ListenError } from './listen-error.ts';
import type { ListenAt, Self } from './network-parts.ts';
import { requiredServices } from './our-version.ts';
import type { Permission } from './peer/peer.ts';
import type { PeerConnection } from './peer/peer-connection.ts';
import { permissionsFor, type WhitelistEntry } from './permissions.ts';
import { type EvictionCandidate, selectEviction } from './select-eviction.ts';

export interface InboundDoorParts {
  readonly network: Network;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly bans: BanSource;
  readonly rules: AddressRules;
  readonly self: Self;
  readonly whitelist: readonly WhitelistEntry[];
  /** How many may be in at once. */
  readonly places: number;
  readonly inbound: () => readonly PeerConnection[];
  readonly isActive: () => boolean;
  readonly adopt: (connection: Connection, permissions: ReadonlySet<Permission>) => void;
}

const NO_PERMISSIONS: ReadonlySet<Permission> = new Set();

/** Where others come in, and who of them may. */
export class InboundDoor {
  readonly #parts: InboundDoorParts;
  readonly #groupKey: Uint8Array;
  #listeners: Listener[] = [];

  constructor(parts: InboundDoorParts) {
    this.#parts = parts;
    this.#groupKey = parts.entropy.bytes(16);
  }

  /** Where it listens, with the ports that were found free. */
  get addresses(): readonly Endpoint[] {
    return this.#listeners.map(({ address }) => address);
  }

  /** @throws ListenError if one of them cannot be listened at; then it listens nowhere */
  async open(places: readonly ListenAt[]): Promise<void> {
    const { log } = this.#parts;
    try {
      for (const { permissions = NO_PERMISSIONS, ...place } of places) {
        const listener = await this.#listen(place, permissions);
        if (listener === undefined) continue;
        this.#listeners.push(listener);
        const at = endpointText(listener.address);
        log('info', 'net', `listening on ${at}`);
        log('note', 'net', `Bound to ${at}`);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Undefined where it need not be. */
  async #listen(
    { isOptional, ...place }: Omit<ListenAt, 'permissions'>,
    permissions: ReadonlySet<Permission>,
  ): Promise<Listener | undefined> {
    const { network, log } = this.#parts;
    try {
      return await network.listen(place, {
        connection: (connection) => this.#meet(connection, permissions),
        error: (error) => log('warn', 'net', error.message),
      });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const fault = new ListenError(place, error);
      if (isOptional !== true) throw fault;
      log('note', 'net', fault.message);
      return undefined;
    }
  }

  async close(): Promise<void> {
    const listeners = this.#listeners;
    this.#listeners = [];
    await Promise.all(listeners.map((listener) => listener.close()));
  }

  #meet(connection: Connection, fromBind: ReadonlySet<Permission>): void {
    const { whitelist, log, adopt } = this.#parts;
    const address = parseEndpoint(connection.remote);
    const granted = permissionsFor(whitelist, address, 'inbound');
    const permissions = new Set([...fromBind, ...granted]);
    const refusal = this.#refusal(address, permissions);
    if (refusal === undefined) {
      adopt(connection, permissions);
      return;
    }
    log('debug', 'net', `connection from ${endpointText(connection.remote)} dropped (${refusal})`);
    connection.destroy();
  }

  #refusal(
    address: NetAddress | undefined,
    permissions: ReadonlySet<Permission>,
  ): string | undefined {
    const { bans, inbound, places, isActive } = this.#parts;
    if (!isActive()) return 'the network is off';
    const isWelcome = permissions.has('noban') || address === undefined;
    if (!isWelcome && bans.isBanned(address)) return 'banned';
    const peers = inbound();
    // Whoever has misbehaved may come in as long as he takes nobody's place.
    const isNearlyFull = peers.length + 1 >= places;
    if (!isWelcome && isNearlyFull && bans.isDiscouraged(address)) return 'discouraged';
    if (peers.length < places) return undefined;
    return this.#makeRoom(peers) ? undefined : 'full';
  }

  #makeRoom(peers: readonly PeerConnection[]): boolean {
    const candidates = peers.filter(({ permissions }) => !permissions.has('noban'));
    const loser = selectEviction(candidates.map((peer) => this.#candidate(peer)));
    const peer = peers.find(({ id }) => id === loser);
    peer?.disconnect('evicted to make room for somebody else');
    return peer !== undefined;
  }

  #candidate(peer: PeerConnection): EvictionCandidate {
    const { bans, self } = this.#parts;
    const { address } = peer;
    const services = peer.said?.services ?? 0n;
    const required = requiredServices(self, services);
    return {
      id: peer.id,
      connectedAt: peer.connectedAt,
      lastBlockAt: peer.lastBlockAt,
      lastTransactionAt: peer.lastTransactionAt,
      minPingMs: peer.minPingMs ?? Number.POSITIVE_INFINITY,
      hasWantedServices: (services & required) === required,
      relaysTransactions: peer.said !== undefined && peer.wantsTransactions,
      hasBloomFilter: peer.hasBloomFilter,
      groupKey: this.#keyedGroup(address),
      network: address === undefined ? undefined : networkName(address),
      isLocal: address !== undefined && isLocal(address),
      isUnwelcome: address !== undefined && bans.isDiscouraged(address),
    };
  }

  #keyedGroup(address: NetAddress | undefined): string {
    if (address === undefined) return '';
    const group = this.#parts.rules.groupOf(address);
    return toHex(sha256(concatBytes(this.#groupKey, group)).subarray(0, 8));
  }
}
