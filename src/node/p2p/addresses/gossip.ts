import { type Clock, unixTime } from '../../../outside/clock/clock.ts';
import { drawBelow, drawExponential, shuffled } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { Writer } from '../../../protocol/bytes/writer.ts';
import { sipHash } from '../../../protocol/crypto/siphash.ts';
import type { PeerAddress } from '../../../protocol/wire/peer-address.ts';
import { NODE_NETWORK, NODE_NETWORK_LIMITED } from '../../../protocol/wire/services.ts';
import type { Log } from '../../log/log.ts';
import { LIMITS } from '../limits.ts';
import { isOutbound, type Peer } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import type { PeerHandler } from '../peer/peer-handler.ts';
import type { AddressBook } from './address-book.ts';
import { addressText, parseEndpoint } from './address-text.ts';
import type { BanList } from './ban-list.ts';
import { GossipPeer } from './gossip-peer.ts';
import { endpointKey, isKnownNetwork, NETWORKS } from './net-address.ts';
import { type OwnPlace, ownAddressFor } from './own-address.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** An address that was seen within this time is passed on, if it came with few others. */
const FRESH = 10 * MINUTE;
const MOST_PASSED_ON = 10;
/** What is taken off the time of hearsay. */
const PENALTY = 2 * HOUR;
/** A time before 1973, or of the future, is nonsense: it is taken for some days ago. */
const EARLIEST = 100_000_000;
const UNKNOWN_AGE = 5 * DAY;
/** How much of what it knows a node tells those who ask. */
const ANSWER_PERCENT = 23;
/** The answer to everybody who asks is the same for so long, and at most so much longer. */
const ANSWER_MS = 21 * HOUR * 1000;
const ANSWER_SPREAD_MS = 6 * HOUR * 1000;
/** Answers are kept by the address that was connected to, and the network of who asks. */
const MOST_ANSWERS = 32;
const MEAN_SELF_MS = DAY * 1000;

export interface GossipParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly book: AddressBook;
  readonly bans: BanList;
  /** What this node offers. */
  readonly services: bigint;
  /** Undefined where nobody can connect to this node: it is not told of then. */
  readonly own?: OwnPlace | undefined;
  /** A node that has not caught up is not told of, if this is given: it has nothing to offer yet. */
  readonly isSyncing?: () => boolean;
  /** The networks that this node has a way to; IP unless told otherwise. */
  readonly reachable?: ReadonlySet<number>;
}

/** What `getpeerinfo` tells of a peer's addresses. */
export interface GossipFigures {
  readonly isRelaying: boolean;
  readonly processed: number;
  readonly rateLimited: number;
}

interface Answer {
  readonly addresses: readonly PeerAddress[];
  readonly until: number;
}

/**
 * Tells peers of addresses, and listens to theirs: `addr`, `addrv2`, `getaddr`.
 *
 * Fresh addresses wander through the network, from each node to two others. Peers that this node chose
 * itself are asked for what they know. Everything that is heard is limited by peer and goes into the
 * book as hearsay. Connections for blocks alone take no part, so that nobody can follow them.
 */
export class AddressGossip implements PeerHandler {
  readonly #parts: GossipParts;
  readonly #reachable: ReadonlySet<number>;
  readonly #peers = new Map<number, GossipPeer>();
  readonly #answers = new Map<string, Answer>();
  /** Decides whom an address is passed on to: the same ones for a day, whoever it comes from. */
  readonly #relayKey: Uint8Array;

  constructor(parts: GossipParts) {
    this.#parts = parts;
    this.#reachable = parts.reachable ?? new Set([NETWORKS.ipv4, NETWORKS.ipv6]);
    this.#relayKey = parts.entropy.bytes(16);
  }

  readonly handles: PeerHandler['handles'] = {
    addr: (peer, { addresses }) => this.#hear(peer, 'addr', addresses),
    addrv2: (peer, { addresses }) => this.#hear(peer, 'addrv2', addresses),
    getaddr: (peer) => this.#answer(peer),
  };

  ready(peer: Peer): void {
    const { clock, entropy } = this.#parts;
    const gossip = new GossipPeer(peer, clock, entropy);
    this.#peers.set(peer.id, gossip);
    if (!isOutbound(peer) || peer.kind === 'feeler' || !this.#join(gossip)) return;
    peer.send({ command: 'getaddr' });
    gossip.isAsked = true;
    gossip.tokens.grant(LIMITS.addresses);
    this.#tell(gossip);
  }

  gone(peer: Peer): void {
    this.#peers.get(peer.id)?.drop();
    this.#peers.delete(peer.id);
  }

  pulse(peer: Peer): void {
    const gossip = this.#peers.get(peer.id);
    if (gossip?.isRelaying === true) this.#tell(gossip);
  }

  figures(peer: Peer): GossipFigures {
    const { isRelaying = false, processed = 0, rateLimited = 0 } = this.#peers.get(peer.id) ?? {};
    return { isRelaying, processed, rateLimited };
  }

  /** Tells what is due: at the beginning at once, later in its own time. */
  #tell(gossip: GossipPeer): void {
    this.#tellSelf(gossip);
    if (gossip.hasStarted) return;
    gossip.hasStarted = true;
    gossip.flush();
  }

  /** Lets a peer take part. An inbound one does when it first says something about addresses. */
  #join(gossip: GossipPeer): boolean {
    if (gossip.peer.kind === 'block-relay-only') return false;
    gossip.isRelaying = true;
    return true;
  }

  #hear(peer: Peer, command: string, addresses: readonly PeerAddress[]): void {
    const gossip = this.#peers.get(peer.id);
    if (gossip === undefined) return;
    const { book, entropy, log } = this.#parts;
    if (!this.#join(gossip)) {
      log('debug', 'net', `ignoring ${command} message from ${peer.kind} peer=${peer.id}`);
      return;
    }
    if (addresses.length > LIMITS.addresses) {
      const words = `${command} message size = ${addresses.length}`;
      throw new PeerFault('message', 'oversized-addr', words);
    }
    const limitedBefore = gossip.rateLimited;
    const isPassedOn = !gossip.isAsked && addresses.length <= MOST_PASSED_ON;
    // In random order: who sends too many does not choose which ones are heard.
    const heard = shuffled(entropy, addresses).flatMap((told) => {
      const address = this.#accept(gossip, told);
      if (address === undefined) return [];
      if (isPassedOn) this.#passOn(gossip, address);
      return this.#reachable.has(address.network) ? [address] : [];
    });
    const counts = `${addresses.length} addresses (${heard.length} processed, ${gossip.rateLimited - limitedBefore} rate-limited)`;
    log('debug', 'net', `Received addr: ${counts} from peer=${peer.id}`);
    const source = parseEndpoint(peer.remote);
    if (source !== undefined) {
      const added = book.add(heard, source, PENALTY);
      const { tried, new: untried } = book.counts();
      const where = `from ${addressText(source)}: ${tried} tried, ${untried} new`;
      log('debug', 'addrman', `Added ${added} addresses (of ${heard.length}) ${where}`);
    }
    if (addresses.length < LIMITS.addresses) gossip.isAsked = false;
    // A single address is likely its own.
    if (peer.kind === 'addr-fetch' && addresses.length > 1)
      peer.disconnect('addrfetch connection completed');
  }

  /** An address that is worth more than being remembered as told. */
  #accept(gossip: GossipPeer, told: PeerAddress): PeerAddress | undefined {
    const { clock, bans } = this.#parts;
    if (!gossip.tokens.take() && !gossip.peer.permissions.has('addr')) {
      gossip.rateLimited++;
      return undefined;
    }
    // Who has no blocks is not worth a connection.
    if ((told.services & (NODE_NETWORK | NODE_NETWORK_LIMITED)) === 0n) return undefined;
    if (!isKnownNetwork(told)) return undefined;
    const now = unixTime(clock);
    const isNonsense = told.time <= EARLIEST || told.time > now + FRESH;
    const address = isNonsense ? { ...told, time: now - UNKNOWN_AGE } : told;
    gossip.noteKnown(address);
    if (bans.isDiscouraged(address) || bans.isBanned(address)) return undefined;
    gossip.processed++;
    return address;
  }

  /** Passes a fresh address on to two others, or fewer where this node could not reach it itself. */
  #passOn(from: GossipPeer, address: PeerAddress): void {
    const { clock, book } = this.#parts;
    const now = unixTime(clock);
    if (address.time <= now - FRESH || !book.rules.isUsable(address)) return;
    const name = new TextEncoder().encode(endpointKey(address));
    const hash = sipHash(new Uint8Array(16), name);
    // The moment at which the choice changes is another one for each address.
    const day = (BigInt(now) + hash) / BigInt(DAY);
    const draw = (id: number): bigint => {
      const writer = new Writer(24);
      writer.u64(hash);
      writer.u64(day);
      writer.i64(BigInt(id));
      return sipHash(this.#relayKey, writer.finish());
    };
    const isFar = !this.#reachable.has(address.network);
    const most = isFar && (draw(-1) & 1n) === 0n ? 1 : 2;
    const others = [...this.#peers.values()]
      .filter((other) => other.isRelaying && other !== from && other.understands(address))
      .map((other) => ({ other, rank: draw(other.peer.id) }))
      .sort((a, b) => (a.rank < b.rank ? 1 : -1));
    for (const { other } of others.slice(0, most)) other.push(address);
  }

  #answer(peer: Peer): void {
    const gossip = this.#peers.get(peer.id);
    // Whom this node connected to learns nothing by asking: its answers would tell nodes apart.
    if (gossip === undefined) return;
    const { log } = this.#parts;
    if (isOutbound(peer)) {
      log('debug', 'net', `Ignoring "getaddr" from ${peer.kind} connection. peer=${peer.id}`);
      return;
    }
    this.#join(gossip);
    if (gossip.hasAsked) {
      log('debug', 'net', `Ignoring repeated "getaddr". peer=${peer.id}`);
      return;
    }
    gossip.hasAsked = true;
    gossip.drop();
    for (const address of this.#answerFor(peer)) gossip.push(address);
  }

  /** What a peer is told that asks: for a day the same as everybody else, or what is known is revealed. */
  #answerFor(peer: Peer): readonly PeerAddress[] {
    const { clock, entropy, book } = this.#parts;
    if (!book.rules.isPublic || peer.permissions.has('addr')) return this.#sample();
    const name = `${parseEndpoint(peer.remote)?.network} ${peer.local.host}:${peer.local.port}`;
    const now = clock.monotonic();
    const kept = this.#answers.get(name);
    if (kept !== undefined && now < kept.until) return kept.addresses;
    if (this.#answers.size >= MOST_ANSWERS) this.#answers.clear();
    const until = now + ANSWER_MS + drawBelow(entropy, ANSWER_SPREAD_MS);
    const answer = { addresses: this.#sample(), until };
    this.#answers.set(name, answer);
    return answer.addresses;
  }

  /** Strangers are told a part. Where there are none, everybody is told everything. */
  #sample(): readonly PeerAddress[] {
    const { book, bans } = this.#parts;
    const percent = book.rules.isPublic ? ANSWER_PERCENT : 100;
    return book
      .sample({ most: LIMITS.addresses, percent })
      .filter((address) => !bans.isDiscouraged(address) && !bans.isBanned(address))
      .map(({ time, services, network, address, port }) => ({
        time,
        services,
        network,
        address,
        port,
      }));
  }

  /** Tells a peer where this node is, once at the beginning and about once a day after that. */
  #tellSelf(gossip: GossipPeer): void {
    const { clock, entropy, book, log, own, services, isSyncing } = this.#parts;
    const now = clock.monotonic();
    if (own === undefined || now < (gossip.nextSelf ?? 0) || isSyncing?.() === true) return;
    // It knows our address from last time, and would not be told it again.
    if (gossip.nextSelf !== undefined) gossip.forgetKnown();
    gossip.nextSelf = now + drawExponential(entropy, MEAN_SELF_MS);
    const endpoint = ownAddressFor(gossip.peer, own, book.rules, entropy);
    if (endpoint === undefined) return;
    log('debug', 'net', `tell peer ${gossip.peer.id} where this node is`, { peer: gossip.peer.id });
    gossip.push({ ...endpoint, services, time: unixTime(clock) });
  }
}
