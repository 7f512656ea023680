import type { Cancel, Clock } from '../../../outside/clock/clock.ts';
import { drawUnit } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import type { Endpoint } from '../../../outside/network/endpoint.ts';
import type { MulticastGroup, Network } from '../../../outside/network/network.ts';
import { NetworkError } from '../../../outside/network/network-error.ts';
import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import type { Log } from '../../log/log.ts';
import { parseAddress } from '../addresses/address-text.ts';
import { isLocal, type NetAddress } from '../addresses/net-address.ts';
import { TokenBucket } from '../addresses/token-bucket.ts';
import { type DnsMessage, decodeDnsMessage, encodeDnsMessage } from './dns-message.ts';
import { type FoundNode, Room } from './room.ts';
import {
  answerTo,
  inquiry,
  pointerTo,
  presentation,
  type RoomChain,
  type RoomNode,
  readNews,
  SERVICE_TTL,
} from './room-service.ts';

/** RFC 6762, 3: where everybody on a local network listens who has something to say. */
export const MULTICAST_DNS: Endpoint = { host: '224.0.0.251', port: 5353 };

/** Before a first message, and before an answer: so that not everybody speaks at once (5.2, 6). */
const LEAST_DELAY_MS = 20;
const DELAY_SPREAD_MS = 100;
/** From one announcement to the next, and how many there are (8.3). */
const ANNOUNCEMENT_GAP_MS = 1000;
const ANNOUNCEMENTS = 2;
/** The same is not said twice within this time (6). */
const ANSWER_GAP_MS = 1000;
/** From one query to the next: twice as long every time, up to an hour (5.2). */
const FIRST_QUERY_GAP_MS = 1000;
const LONGEST_QUERY_GAP_MS = 3_600_000;
/** As many as fit into a packet. */
const MOST_KNOWN_ANSWERS = 35;

/** What is listened to: messages, and nodes that are passed on, a second and in a burst. */
const HEARD = { aSecond: 50, most: 500 };
const FOUND = { aSecond: 1, most: 64 };
/** Somebody with the same name makes a node choose another one, so often at most. */
const RENAMED = { aSecond: 1 / 60, most: 1 };

export interface DiscoveryParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly network: Network;
  readonly log: Log;
  /** A chain that has seeds is public: nobody in the room has to know who is on it. */
  readonly chain: RoomChain & { readonly dnsSeeds: readonly string[] };
  /** What others are told. Left out by those who look for nodes and are none, such as wallets. */
  readonly self?: {
    /** The name of this node: 16 hex digits. */
    readonly identity: string;
    readonly port: number;
    readonly height: () => number;
  };
  /** A node of this chain is in the room; or it still is, at most once a minute. */
  readonly found: (node: FoundNode) => void;
}

/**
 * Finds nodes of the same chain on the local network, and lets them find this one, without anybody
 * configuring anything: DNS service discovery (RFC 6763) over multicast DNS (RFC 6762).
 *
 * A node announces itself when it starts, answers who asks, and says goodbye. It asks at the beginning,
 * and then less and less often, until it is once an hour: who comes later announces itself.
 *
 * Anybody in the room can say anything. What is found is a place to try, no more; how much of it is
 * listened to, remembered and passed on is limited.
 *
 * @example
 * const discovery = await startDiscovery({ clock, entropy, network, log, chain, self, found });
 * await discovery?.stop();
 */
export async function startDiscovery(parts: DiscoveryParts): Promise<Discovery | undefined> {
  if (parts.chain.dnsSeeds.length > 0) return undefined;
  const discovery = new Discovery(parts);
  try {
    await discovery.start();
    return discovery;
  } catch (error) {
    // It is a comfort, and no reason to fail: peers can be named, too.
    if (!(error instanceof NetworkError)) throw error;
    parts.log('warn', 'net', `nodes on the local network are not found: ${error.message}`);
    return undefined;
  }
}

export class Discovery {
  readonly #parts: DiscoveryParts;
  readonly #room: Room;
  readonly #heard: TokenBucket;
  readonly #found: TokenBucket;
  readonly #renamed: TokenBucket;
  #instance: string;
  #group: MulticastGroup | undefined;
  #cancelQuery: Cancel | undefined;
  #cancelAnnouncement: Cancel | undefined;
  #cancelAnswer: Cancel | undefined;
  /** What was asked since the last answer. */
  #asked: DnsMessage[] = [];
  #answeredAt = Number.NEGATIVE_INFINITY;

  constructor(parts: DiscoveryParts) {
    const { clock, self } = parts;
    this.#parts = parts;
    this.#room = new Room(clock);
    this.#heard = new TokenBucket(clock, HEARD, HEARD.most);
    this.#found = new TokenBucket(clock, FOUND, FOUND.most);
    this.#renamed = new TokenBucket(clock, RENAMED, RENAMED.most);
    // Several nodes of one machine may have been copied from each other; they have different ports.
    this.#instance = self === undefined ? '' : `${self.identity}-${self.port}`;
  }

  /** How many nodes are known to be there. */
  get size(): number {
    return this.#room.size;
  }

  async start(): Promise<void> {
    this.#group = await this.#parts.network.joinGroup(MULTICAST_DNS, (bytes, from) => {
      this.#hear(bytes, from);
    });
    this.#announceSoon(ANNOUNCEMENTS, this.#shortDelay());
    this.#askSoon(this.#shortDelay(), FIRST_QUERY_GAP_MS);
  }

  /** Says goodbye, and hears no more. */
  async stop(): Promise<void> {
    this.#cancelQuery?.();
    this.#cancelAnnouncement?.();
    this.#cancelAnswer?.();
    const self = this.#self();
    if (self !== undefined) this.#send(presentation(self, { isLeaving: true }));
    const group = this.#group;
    this.#group = undefined;
    await group?.close();
  }

  #self(): RoomNode | undefined {
    const { self, chain, network } = this.#parts;
    if (self === undefined) return undefined;
    const addresses = network.localAddresses().flatMap((text) => {
      const address = parseAddress(text);
      return address === undefined ? [] : [address];
    });
    const height = self.height();
    return { instance: this.#instance, chain, port: self.port, height, addresses };
  }

  #announceSoon(times: number, delayMs: number): void {
    this.#cancelAnnouncement?.();
    if (this.#parts.self === undefined || times === 0) return;
    this.#cancelAnnouncement = this.#parts.clock.schedule(delayMs, () => {
      this.#announce();
      this.#announceSoon(times - 1, ANNOUNCEMENT_GAP_MS);
    });
  }

  #announce(): void {
    const self = this.#self();
    if (self === undefined) return;
    this.#answeredAt = this.#parts.clock.monotonic();
    this.#send(presentation(self));
  }

  #askSoon(delayMs: number, gapMs: number): void {
    this.#cancelQuery = this.#parts.clock.schedule(delayMs, () => {
      const known = this.#room.known(MOST_KNOWN_ANSWERS);
      // Everybody on the group hears it, this node as well: it is not to answer itself.
      const isNode = this.#parts.self !== undefined;
      this.#send(inquiry(isNode ? [pointerTo(this.#instance, SERVICE_TTL), ...known] : known));
      this.#askSoon(gapMs, Math.min(gapMs * 2, LONGEST_QUERY_GAP_MS));
    });
  }

  #hear(bytes: Uint8Array, from: Endpoint): void {
    if (this.#group === undefined || !this.#heard.take()) return;
    let message: DnsMessage | undefined;
    try {
      message = decodeDnsMessage(bytes);
    } catch (error) {
      // Much else is said on this group, and not all of it well.
      if (!(error instanceof DecodeError)) throw error;
      return;
    }
    if (message === undefined) return;
    if (message.isResponse) this.#learn(message, from);
    else this.#consider(message);
  }

  /** Answers a query before long, together with those that come until then. */
  #consider(query: DnsMessage): void {
    const self = this.#self();
    if (self === undefined || answerTo(query, self) === undefined) return;
    if (this.#asked.length < MOST_KNOWN_ANSWERS) this.#asked.push(query);
    const rest = this.#answeredAt + ANSWER_GAP_MS - this.#parts.clock.monotonic();
    this.#cancelAnswer ??= this.#parts.clock.schedule(Math.max(this.#shortDelay(), rest), () => {
      this.#cancelAnswer = undefined;
      this.#answer();
    });
  }

  #answer(): void {
    const self = this.#self();
    const answers = this.#asked.splice(0).flatMap((query) => {
      const answer = self && answerTo(query, self);
      return answer === undefined ? [] : [answer];
    });
    const [first] = answers;
    if (self === undefined || first === undefined) return;
    this.#answeredAt = this.#parts.clock.monotonic();
    // Several questions are rare, and mostly the same one: everything at once answers them all.
    this.#send(answers.length === 1 ? first : presentation(self));
  }

  #learn(message: DnsMessage, from: Endpoint): void {
    const { chain, found, log } = this.#parts;
    const { present, leaving } = readNews(message);
    for (const instance of leaving) if (instance !== this.#instance) this.#room.forget(instance);
    for (const { node, ttl } of present) {
      if (node.instance === this.#instance) {
        if (!this.#isHere(from)) this.#rename();
        continue;
      }
      if (node.chain.name !== chain.name || node.chain.genesis !== chain.genesis) continue;
      const news = this.#room.note(node, ttl, from);
      if (news === undefined || !this.#found.take()) continue;
      const { host, port } = news.endpoint;
      log('debug', 'net', `${host}:${port} is a node on the local network`, {
        height: node.height,
      });
      found(news);
    }
  }

  /** Somebody else has the name of this node: a copied data folder. Both of them choose another one. */
  #rename(): void {
    const { entropy, log } = this.#parts;
    if (!this.#renamed.take()) return;
    this.#instance = toHex(entropy.bytes(8));
    log(
      'info',
      'net',
      `another node on the local network has the name of this one: it is ${this.#instance} now`,
    );
    this.#announceSoon(ANNOUNCEMENTS, this.#shortDelay());
  }

  /** Whether a message comes from this machine. */
  #isHere(from: Endpoint): boolean {
    const source: NetAddress | undefined = parseAddress(from.host);
    const isOwn = this.#parts.network.localAddresses().includes(from.host);
    return isOwn || (source !== undefined && isLocal(source));
  }

  #send(message: DnsMessage): void {
    this.#group?.send(encodeDnsMessage(message));
  }

  #shortDelay(): number {
    return LEAST_DELAY_MS + drawUnit(this.#parts.entropy) * DELAY_SPREAD_MS;
  }
}
