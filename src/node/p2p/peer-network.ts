import { type Cancel, unixTime } from '../../outside/clock/clock.ts';
import type { Endpoint } from '../../outside/network/endpoint.ts';
import { addressText, parseEndpoint } from './addresses/address-text.ts';
import { endpointKey, type NetAddress, type NetEndpoint } from './addresses/net-address.ts';
import { isInSubnet, type Subnet } from './addresses/subnet.ts';
import { InboundDoor } from './inbound-door.ts';
import { LIMITS } from './limits.ts';
import { ManualPeers } from './manual-peers.ts';
import {
  DEFAULT_OPTIONS,
  type PeerNetworkOptions,
  type PeerNetworkParts,
  type Places,
  placesOf,
} from './network-parts.ts';
import { requiredServices } from './our-version.ts';
import { OutboundSlots, type SlotKind } from './outbound-slots.ts';
import { parseTarget, TargetError } from './parse-target.ts';
import { Dispatcher } from './peer/dispatcher.ts';
import { KeepAlive } from './peer/keep-alive.ts';
import type { ConnectionKind, Peer } from './peer/peer.ts';
import type { PeerConnection } from './peer/peer-connection.ts';
import type { PeerFault } from './peer/peer-fault.ts';
import type { PeerHandler } from './peer/peer-handler.ts';
import { type PeerInfo, peerInfo } from './peer-info.ts';
import type { PeerSet } from './peers.ts';
import { Roster } from './roster.ts';
import { SeedNodes } from './seed-nodes.ts';
import { selectExtra } from './select-extra.ts';
import type { TrafficTotals } from './traffic.ts';

/** How long `stop` waits for what is being handled. */
const STOP_MS = 1000;
/** How often it is looked whether there is a peer too many, while there is. */
const EXTRA_CHECK_MS = 45_000;
/** How long a peer has to tell addresses that was connected to for that alone. */
const ADDR_FETCH_MS = 300_000;

/** RFC 6761: a name that leads nowhere, for what is no name. */
const NOWHERE: Endpoint = { host: 'nobody.invalid', port: 1 };

/** A peer that the operator wants: `getaddednodeinfo`. */
export interface AddedNode {
  readonly name: string;
  /** Its connection, if there is one. */
  readonly connection: { readonly remote: Endpoint; readonly kind: ConnectionKind } | undefined;
}

/**
 * The network as a node has it: it lets others in, keeps its own places filled, brings messages to the
 * parts of the node, and parts with whoever is at fault.
 *
 * @example
 * const peers = new PeerNetwork({ network, clock, entropy, log, magic: params.magic, ...others });
 * peers.use(compactBlocks, peers.keepAlive, sync, relay, addresses, serve);
 * await peers.start();
 * // and in the end
 * await peers.stop();
 */
export class PeerNetwork implements PeerSet {
  /** Ping and pong. It is given to `use` as every other part is, since their order counts. */
  readonly keepAlive: KeepAlive;
  readonly #parts: PeerNetworkParts;
  readonly #options: PeerNetworkOptions;
  readonly #places: Places;
  readonly #dispatcher = new Dispatcher();
  readonly #roster: Roster;
  readonly #door: InboundDoor;
  readonly #slots: OutboundSlots;
  readonly #manual: ManualPeers;
  readonly #seeds: SeedNodes;
  #state: 'new' | 'running' | 'stopped' = 'new';
  #isActive: boolean;
  #cancelExtraCheck: Cancel | undefined;

  constructor(parts: PeerNetworkParts) {
    const { clock, entropy, log, onFatal } = parts;
    this.#parts = parts;
    this.#options = { ...DEFAULT_OPTIONS, ...parts.options };
    this.#isActive = this.#options.isActive;
    this.#places = placesOf(this.#options.maxConnections);
    this.keepAlive = new KeepAlive({
      ...{ clock, entropy, log },
      heardAt: (peer) => this.#roster.heardAt(peer) ?? clock.monotonic(),
    });
    this.#roster = new Roster({
      ...parts,
      settings: this.#options,
      dispatcher: this.#dispatcher,
      keepAlive: this.keepAlive,
      onReady: (peer) => this.#onReady(peer),
      onClosed: (peer) => this.#onClosed(peer),
    });
    this.#door = this.#makeDoor();
    this.#slots = this.#makeSlots();
    this.#manual = new ManualPeers({
      clock,
      isConnected: (name, at) => this.#roster.find(name, at) !== undefined,
      dial: async (name, at) => {
        if (this.#hasManualPlace()) await this.#dialNamed('manual', name, at);
      },
      onFatal,
    });
    this.#seeds = new SeedNodes({
      ...{ clock, entropy, onFatal },
      names: this.#options.seedNodes,
      hasAddresses: () => parts.addresses.select() !== undefined,
      isHelpNeeded: () => !this.#roster.slots().some(({ kind }) => kind === 'outbound-full-relay'),
      ask: async (name) => {
        await this.fetchAddresses(name);
      },
    });
  }

  /** Adds parts of the node. What they send, and hear, is in this order. */
  use(...handlers: readonly PeerHandler[]): void {
    for (const handler of handlers) this.#dispatcher.add(handler);
  }

  /**
   * Listens, and connects.
   *
   * @throws ListenError if it cannot listen
   * @throws TargetError if a peer that was named cannot be one
   */
  async start(): Promise<void> {
    const { connect, addNodes, listen } = this.#options;
    for (const name of [...(connect ?? []), ...addNodes]) {
      this.#manual.add(name, parseTarget(name, this.#parts.defaultPort));
    }
    await this.#door.open(listen);
    this.#state = 'running';
    this.#manual.start();
    if (connect !== undefined) return;
    const arrived = (): void => this.addressesArrived();
    // The last of all parts: by then the addresses are in the book.
    this.use({ handles: { addr: arrived, addrv2: arrived } });
    this.#slots.start();
    this.#seeds.start();
  }

  /** Ends all connections, and resolves when nothing of them is being handled, or after a second. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#slots.stop();
    this.#manual.stop();
    this.#seeds.stop();
    this.#cancelExtraCheck?.();
    await this.#door.close();
    this.#roster.disconnectAll('this node stops');
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.clock.schedule(STOP_MS, resolve);
      void this.#roster.whenEmpty().then(() => {
        cancel();
        resolve();
      });
    });
    this.keepAlive.stop();
  }

  all(): readonly Peer[] {
    return this.#roster.connections().filter((peer) => peer.isReady);
  }

  get(id: number): Peer | undefined {
    const peer = this.#roster.get(id);
    return peer?.isReady === true ? peer : undefined;
  }

  blame(peer: Peer, fault: PeerFault): void {
    this.#roster.blame(peer, fault);
  }

  /** Where it listens. */
  get listening(): readonly Endpoint[] {
    return this.#door.addresses;
  }

  /** What went over the wire since the start. */
  get traffic(): TrafficTotals {
    return this.#roster.totals;
  }

  /** All connections, those whose handshake is not over among them, oldest first. */
  peerInfos(): readonly PeerInfo[] {
    return this.#roster.connections().map((peer) => peerInfo(peer, this.keepAlive.timesOf(peer)));
  }

  /** How many connections there are, and how many of them came in. */
  counts(): { readonly all: number; readonly inbound: number } {
    const connections = this.#roster.connections();
    const inbound = connections.filter(({ kind }) => kind === 'inbound');
    return { all: connections.length, inbound: inbound.length };
  }

  /** Peers for blocks alone, to begin with them again after a restart. */
  anchors(): readonly NetEndpoint[] {
    return this.#roster.connections().flatMap(({ kind, address, isReady }) => {
      return kind === 'block-relay-only' && isReady && address !== undefined ? [address] : [];
    });
  }

  /**
   * Tries a peer until it answers, and whenever it is gone. False if that was the case before, under this
   * name or another of the same endpoint.
   */
  addNode(name: string): boolean {
    const at = this.#target(name);
    const address = parseEndpoint(at);
    const isThere = this.#manual.names.some((other) => {
      const known = address && parseEndpoint(this.#target(other));
      return known !== undefined && endpointKey(known) === endpointKey(address as NetEndpoint);
    });
    return !isThere && this.#manual.add(name, at);
  }

  /** Does not try it any more. False if that was not the case. */
  removeNode(name: string): boolean {
    return this.#manual.remove(name);
  }

  /** Tries it once. Whether there is a connection then. */
  async connectOnce(name: string): Promise<boolean> {
    const at = this.#target(name);
    if (this.#roster.find(name, at) !== undefined) return true;
    return (await this.#dialNamed('manual', name, at)) !== undefined;
  }

  addedNodes(): readonly AddedNode[] {
    return this.#manual.names.map((name) => {
      const peer = this.#roster.find(name, this.#target(name));
      return { name, connection: peer && { remote: peer.remote, kind: peer.kind } };
    });
  }

  /** Connects for a short time, to be told addresses. */
  async fetchAddresses(name: string): Promise<boolean> {
    return (await this.#dialNamed('addr-fetch', name, this.#target(name))) !== undefined;
  }

  /**
   * Tries to open a connection of a kind: for trials. False if there is no place for it; whether somebody
   * answers is another question.
   */
  async open(kind: SlotKind, name: string): Promise<boolean> {
    const { fullRelay, blockRelay } = this.#places;
    const places = { 'outbound-full-relay': fullRelay, 'block-relay-only': blockRelay };
    const taken = this.#roster.slots().filter((slot) => slot.kind === kind).length;
    if (kind !== 'feeler' && taken >= places[kind]) return false;
    await this.#dialNamed(kind, name, this.#target(name));
    return true;
  }

  /** Sends bytes to a peer as the payload of a message: for trials. False if there is no such peer. */
  sendPayload(id: number, command: string, payload: Uint8Array): boolean {
    const peer = this.#roster.get(id);
    if (peer?.isReady !== true) return false;
    peer.sendPayload(command, payload);
    return true;
  }

  /** Ends the connections that a test is true for, and says how many. */
  disconnect(isMeant: (peer: PeerInfo) => boolean, reason = 'the operator wants it'): number {
    const infos = this.peerInfos().filter(isMeant);
    for (const { id } of infos) this.#roster.get(id)?.disconnect(reason);
    return infos.length;
  }

  /** Ends the connections to a range of addresses: it has been banned. */
  dropBanned(subnet: Subnet): void {
    for (const peer of this.#roster.connections()) {
      if (peer.address !== undefined && isInSubnet(peer.address, subnet)) peer.disconnect('banned');
    }
  }

  /** Whether it may have connections: the RPC `setnetworkactive`. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether it chooses peers in a network, by its number: `-onlynet`. Whoever comes in is welcome. */
  choosesIn(network: number): boolean {
    return this.#options.onlyNetworks?.has(network) ?? true;
  }

  setActive(isActive: boolean): void {
    this.#isActive = isActive;
    if (isActive) this.#slots.wake();
    else this.#roster.disconnectAll('the network was switched off');
  }

  /** There are new addresses to connect to. */
  addressesArrived(): void {
    this.#slots.addressesArrived();
  }

  /** The tip is stale: one more peer may know better. */
  wantExtraPeer(isWanted: boolean): void {
    this.#slots.wantExtraPeer(isWanted);
  }

  /** The node is in step with its peers: from now on another one is asked for its tip now and then. */
  allowExtraBlockPeers(): void {
    this.#slots.allowExtraBlockPeers();
  }

  /** Whatever is named while it runs is taken; what is no name of a host is never found. */
  #target(name: string): Endpoint {
    try {
      return parseTarget(name, this.#parts.defaultPort);
    } catch (error) {
      if (error instanceof TargetError) return NOWHERE;
      throw error;
    }
  }

  #dialNamed(
    kind: ConnectionKind,
    name: string,
    at: Endpoint,
  ): Promise<PeerConnection | undefined> {
    if (!this.#mayDial()) return Promise.resolve(undefined);
    const address = parseEndpoint(at);
    if (address === undefined && !this.#options.looksUpNames) return Promise.resolve(undefined);
    return this.#roster.dial({ kind, name, at, ...(address && { address }) });
  }

  /** Of the peers that were added, so many are connected to at once. Who names all, has all. */
  #hasManualPlace(): boolean {
    const manual = this.#roster.slots().filter(({ kind }) => kind === 'manual');
    return this.#options.connect !== undefined || manual.length < LIMITS.manual;
  }

  #mayDial(): boolean {
    return this.#isActive && this.#state === 'running';
  }

  #onReady(peer: PeerConnection): void {
    if (peer.name !== undefined) this.#manual.answered(peer.name);
    if (peer.kind === 'addr-fetch') peer.endAfter(ADDR_FETCH_MS, 'addr-fetch timeout');
    this.#checkExtraLater();
  }

  #onClosed(peer: PeerConnection): void {
    if (this.#state !== 'running') return;
    if (peer.name !== undefined && peer.kind === 'manual') this.#manual.lost(peer.name);
    if (peer.kind === 'inbound' || this.#options.connect !== undefined) return;
    this.#slots.wake();
    this.#seeds.wake();
  }

  #checkExtraLater(): void {
    if (this.#cancelExtraCheck !== undefined || !this.#hasExtra()) return;
    this.#cancelExtraCheck = this.#parts.clock.schedule(EXTRA_CHECK_MS, () => {
      this.#cancelExtraCheck = undefined;
      this.#dropExtra();
      this.#checkExtraLater();
    });
  }

  #hasExtra(): boolean {
    const kinds = this.#roster.connections().map(({ kind }) => kind);
    const count = (wanted: ConnectionKind): number =>
      kinds.filter((kind) => kind === wanted).length;
    const { fullRelay, blockRelay } = this.#places;
    return count('outbound-full-relay') > fullRelay || count('block-relay-only') > blockRelay;
  }

  #dropExtra(): void {
    const now = unixTime(this.#parts.clock);
    for (const id of selectExtra(this.all() as readonly PeerConnection[], this.#places, now)) {
      const peer = this.#roster.get(id);
      // The search is over: whoever stays has shown that he is worth it.
      if (peer?.kind === 'outbound-full-relay') this.#slots.wantExtraPeer(false);
      peer?.disconnect('one outbound peer too many');
    }
  }

  #mayConnect(address: NetEndpoint): boolean {
    const { bans } = this.#parts;
    if (bans.isBanned(address) || bans.isDiscouraged(address)) return false;
    if (!this.choosesIn(address.network)) return false;
    return !this.#roster.hasAddress(address) && !this.#isOurs(address);
  }

  #isOurs(address: NetAddress & { readonly port: number }): boolean {
    if (!this.listening.some(({ port }) => port === address.port)) return false;
    return this.#parts.network.localAddresses().includes(addressText(address));
  }

  #makeDoor(): InboundDoor {
    return new InboundDoor({
      ...this.#parts,
      whitelist: this.#options.whitelist,
      places: this.#places.inbound,
      inbound: () => this.#roster.connections().filter(({ kind }) => kind === 'inbound'),
      isActive: () => this.#isActive && this.#state !== 'stopped',
      adopt: (connection, permissions) => {
        this.#roster.adopt(connection, { kind: 'inbound', permissions });
      },
    });
  }

  #makeSlots(): OutboundSlots {
    const { clock, entropy, addresses, rules, self, onFatal } = this.#parts;
    return new OutboundSlots({
      ...{ clock, entropy, addresses, rules, onFatal },
      places: this.#places,
      anchors: this.#options.anchors,
      open: () => this.#roster.slots(),
      mayConnect: (address) => this.#mayConnect(address),
      requiredServices: (offered) => requiredServices(self, offered),
      dial: async (kind, address) => {
        if (!this.#mayDial()) return;
        const { network, address: bytes, port, services } = address;
        const at = { host: addressText(address), port };
        await this.#roster.dial({ kind, at, services, address: { network, address: bytes, port } });
      },
    });
  }
}
