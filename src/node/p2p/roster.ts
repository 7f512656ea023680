import { type Endpoint, endpointText } from '../../outside/network/endpoint.ts';
import type { Connection } from '../../outside/network/network.ts';
import { NetworkError } from '../../outside/network/network-error.ts';
import type { Log } from '../log/log.ts';
import { addressText, fromLegacyBytes, parseEndpoint } from './addresses/address-text.ts';
import { addressKey, isLocal, type NetAddress, type NetEndpoint } from './addresses/net-address.ts';
import { isGrave, judge, type Sentence } from './judge.ts';
import type { PeerNetworkOptions, PeerNetworkParts } from './network-parts.ts';
import { ourVersion, requiredServices } from './our-version.ts';
import type { OpenSlot } from './outbound-slots.ts';
import type { Dispatcher } from './peer/dispatcher.ts';
import type { KeepAlive } from './peer/keep-alive.ts';
import type { ConnectionKind, Peer, Permission } from './peer/peer.ts';
import { type ConnectionOwner, PeerConnection } from './peer/peer-connection.ts';
import type { PeerFault } from './peer/peer-fault.ts';
import { permissionsFor } from './permissions.ts';
import { TrafficTotals } from './traffic.ts';

/** Whom to connect to, and what is known of it. */
export interface DialTarget {
  readonly kind: ConnectionKind;
  readonly at: Endpoint;
  /** As the operator named it. */
  readonly name?: string;
  /** In bytes, where it is not a name. */
  readonly address?: NetEndpoint;
  /** What it is said to offer. */
  readonly services?: bigint;
}

export interface RosterParts extends PeerNetworkParts {
  readonly settings: PeerNetworkOptions;
  readonly dispatcher: Dispatcher;
  readonly keepAlive: KeepAlive;
  readonly onReady: (peer: PeerConnection) => void;
  readonly onClosed: (peer: PeerConnection) => void;
}

/** All connections that there are: how they come about, what becomes of them, and who is who. */
export class Roster implements ConnectionOwner {
  readonly dispatcher: Dispatcher;
  readonly totals = new TrafficTotals();
  readonly #parts: RosterParts;
  readonly #connections = new Map<number, PeerConnection>();
  /** Those that the parts of the node have been told of. */
  readonly #known = new Set<PeerConnection>();
  readonly #dialling = new Set<DialTarget>();
  readonly #shared = { waiting: 0, working: 0 };
  readonly #requiredServices: (offered: bigint) => bigint;
  #abort = new AbortController();
  #nextId = 0;
  #onEmpty: (() => void) | undefined;

  constructor(parts: RosterParts) {
    this.#parts = parts;
    this.dispatcher = parts.dispatcher;
    this.#requiredServices = (offered) => requiredServices(parts.self, offered);
  }

  /** Those that are not on their way out, oldest first. */
  connections(): readonly PeerConnection[] {
    return [...this.#connections.values()].filter((peer) => !peer.isGone);
  }

  get(id: number): PeerConnection | undefined {
    const peer = this.#connections.get(id);
    return peer === undefined || peer.isGone ? undefined : peer;
  }

  heardAt(peer: Peer): number | undefined {
    return this.#connections.get(peer.id)?.heardAtMs;
  }

  /** The places that are taken: by connections, and by those that are being opened. */
  slots(): readonly OpenSlot[] {
    const dialling = [...this.#dialling].map(({ kind, address }) => ({ kind, address }));
    return [...this.connections(), ...dialling];
  }

  hasAddress(address: NetAddress): boolean {
    const key = addressKey(address);
    return this.slots().some(
      (slot) => slot.address !== undefined && addressKey(slot.address) === key,
    );
  }

  /** The connection to what the operator named so. */
  find(name: string, at: Endpoint): PeerConnection | undefined {
    return this.connections().find(
      (peer) =>
        peer.name === name || (peer.remote.host === at.host && peer.remote.port === at.port),
    );
  }

  /** Opens a connection. Undefined if it does not come about. */
  async dial(target: DialTarget): Promise<PeerConnection | undefined> {
    const { network, log, settings } = this.#parts;
    const { signal } = this.#abort;
    log('debug', 'net', `trying v1 connection (${target.kind}) to ${endpointText(target.at)}`);
    this.#dialling.add(target);
    try {
      const connection = await network.connect({
        ...target.at,
        timeoutMs: settings.connectTimeoutMs,
        signal,
      });
      // The call may have succeeded in the moment in which it was called off.
      if (!signal.aborted) return this.adopt(connection, target);
      connection.destroy();
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      log('debug', 'net', error.message);
    } finally {
      this.#dialling.delete(target);
    }
    return undefined;
  }

  /** Makes a peer of a connection. */
  adopt(
    connection: Connection,
    target: Omit<DialTarget, 'at'> & { readonly permissions?: ReadonlySet<Permission> },
  ): PeerConnection {
    const { settings, log, clock, entropy, magic, self, rules } = this.#parts;
    const { kind, name, address = parseEndpoint(connection.remote), services } = target;
    const permissions =
      target.permissions ?? permissionsFor(settings.whitelist, address, 'outbound');
    const facts = { self, clock, rules, entropy, kind, permissions, address };
    const peer = new PeerConnection({
      ...{ connection, kind, name, address, permissions, magic, clock, log },
      id: this.#nextId++,
      ourVersion: ourVersion(
        services === undefined ? facts : { ...facts, theirServices: services },
      ),
      requiredServices: this.#requiredServices,
      isOwnNonce: (nonce) => this.#isOwnNonce(nonce),
      owner: this,
      totals: this.totals,
      shared: this.#shared,
      receiveBuffer: settings.receiveBuffer,
      sendBuffer: settings.sendBuffer,
      timeoutMs: settings.peerTimeoutMs,
    });
    this.#connections.set(peer.id, peer);
    const peeraddr = endpointText(peer.remote);
    if (kind === 'inbound') log('debug', 'net', `connection from ${peeraddr} accepted`);
    log('debug', 'net', `Added connection peer=${peer.id}`, { peeraddr });
    peer.start();
    return peer;
  }

  /** Calls off what is being opened, and ends what is open. */
  disconnectAll(reason: string): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    for (const peer of this.connections()) peer.disconnect(reason);
  }

  /** Resolves when the last connection is over and nothing of it is being handled. */
  whenEmpty(): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  introduced(peer: PeerConnection): void {
    const { addresses, log } = this.#parts;
    const { userAgent, version, startHeight, relay, services, receiver } = peer.version;
    // What comes from a stranger may contain anything, and a log is read on terminals.
    const agent = userAgent.replace(/[^ -~]/g, '');
    const host = addressText(fromLegacyBytes(receiver.address));
    const us = endpointText({ host, port: receiver.port });
    log(
      'debug',
      'net',
      `receive version message: ${agent}: version ${version}, blocks=${startHeight}, us=${us}, txrelay=${relay ? 1 : 0}, peer=${peer.id}`,
      { peeraddr: endpointText(peer.remote) },
    );
    if (peer.kind === 'inbound') return;
    if (peer.address !== undefined) {
      addresses.setServices(peer.address, services);
      addresses.good(peer.address);
    }
    if (peer.kind === 'feeler') peer.disconnect('feeler connection completed');
  }

  ready(peer: PeerConnection): void {
    const { version, startHeight } = peer.version;
    const level = peer.kind === 'inbound' ? 'debug' : 'info';
    this.#parts.log(
      level,
      'net',
      `New ${peer.kind} v1 peer connected: version: ${version}, blocks=${startHeight}, peer=${peer.id}`,
      { peeraddr: endpointText(peer.remote) },
    );
    this.#known.add(peer);
    this.dispatcher.ready(peer);
    this.#parts.onReady(peer);
  }

  closed(peer: PeerConnection): void {
    const { addresses, onClosed } = this.#parts;
    this.#connections.delete(peer.id);
    if (this.#known.delete(peer)) {
      const isOurs = peer.kind !== 'inbound' && peer.kind !== 'block-relay-only';
      // Of connections for blocks alone nobody is to learn, not even from the times in `addr`.
      if (isOurs && peer.address !== undefined) addresses.connected(peer.address);
      this.dispatcher.gone(peer);
    }
    onClosed(peer);
    if (this.#connections.size > 0) return;
    this.#onEmpty?.();
    this.#onEmpty = undefined;
  }

  minPingMs(peer: PeerConnection): number | undefined {
    return this.#parts.keepAlive.timesOf(peer).minMs;
  }

  failed(error: unknown): void {
    this.#parts.onFatal(error);
  }

  blame(peer: Peer, fault: PeerFault): void {
    const connection = this.get(peer.id);
    if (connection === undefined) return;
    const { log } = this.#parts;
    const { kind, permissions, address } = connection;
    const isHere = address !== undefined && isLocal(address);
    const sentence = judge(fault, { kind, permissions, isLocal: isHere });
    const words = isGrave(fault, kind)
      ? `Misbehaving: peer=${peer.id}: ${fault.message}`
      : named(fault.message, peer);
    log('debug', 'net', words, { code: fault.code });
    if (isGrave(fault, kind)) tellSentence(sentence, connection, log);
    this.#carryOut(sentence, connection);
  }

  #carryOut(sentence: Sentence, peer: PeerConnection): void {
    if (sentence === 'ignore') return;
    const { address } = peer;
    if (sentence === 'discourage' && address !== undefined) {
      this.#parts.bans.discourage(address);
      const key = addressKey(address);
      for (const other of this.connections()) {
        const isSame = other.address !== undefined && addressKey(other.address) === key;
        if (isSame && other !== peer) other.disconnect(`shares the address of peer=${peer.id}`);
      }
    }
    peer.disconnect();
  }

  /** Whether it is the nonce of a connection that we are opening: then that one leads to ourselves. */
  #isOwnNonce(nonce: bigint): boolean {
    return this.connections().some(
      (peer) => peer.kind !== 'inbound' && !peer.isReady && peer.nonce === nonce,
    );
  }
}

/** Some faults name the peer themselves. */
function named(words: string, { id }: Peer): string {
  const name = `peer=${id}`;
  return words.toLowerCase().includes(name) ? words : `${words} ${name}`;
}

/** In Core's words. That the operator protects somebody who misbehaves, he is to hear. */
function tellSentence(sentence: Sentence, { id, kind }: PeerConnection, log: Log): void {
  if (sentence === 'discourage') {
    log('debug', 'net', `Disconnecting and discouraging peer ${id}!`);
  } else if (sentence === 'disconnect') {
    log('debug', 'net', `Warning: disconnecting but not discouraging local peer ${id}!`);
  } else {
    const who = kind === 'manual' ? 'manually connected' : 'noban';
    log('note', 'net', `Warning: not punishing ${who} peer ${id}!`);
  }
}
