import type { Cancel, Clock } from '../../../outside/clock/clock.ts';
import { drawBelow, drawExponential } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import type { PeerAddress } from '../../../protocol/wire/peer-address.ts';
import { LIMITS } from '../limits.ts';
import type { Peer } from '../peer/peer.ts';
import { endpointKey, isValid, NETWORKS } from './net-address.ts';
import { RecentKeys } from './recent-keys.ts';
import { TokenBucket } from './token-bucket.ts';

/** How many of the addresses that a peer knows are remembered at least. */
const KNOWN = 5000;
/** Addresses leave at random moments, so far apart on average: who told them first stays unclear. */
const MEAN_DELAY_MS = 30_000;

/** What gossip remembers of a peer. */
export class GossipPeer {
  readonly peer: Peer;
  /** Whether addresses are told to it at all. */
  isRelaying = false;
  /** It was asked for addresses, and has not answered yet. */
  isAsked = false;
  /** It has asked for addresses, and is not answered twice. */
  hasAsked = false;
  /** What is to be told at the beginning is not held back. */
  hasStarted = false;
  /** By the monotonic clock: when it is next told where this node is. Undefined: it never was. */
  nextSelf: number | undefined;
  /** Of the addresses that it told, how many were looked at, and how many were too many. */
  processed = 0;
  rateLimited = 0;
  readonly tokens: TokenBucket;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #known = new RecentKeys(KNOWN);
  #waiting: PeerAddress[] = [];
  #cancel: Cancel | undefined;

  constructor(peer: Peer, clock: Clock, entropy: Entropy) {
    this.peer = peer;
    this.#clock = clock;
    this.#entropy = entropy;
    const rate = { aSecond: LIMITS.addressTokensASecond, most: LIMITS.addressTokens };
    this.tokens = new TokenBucket(clock, rate, 1);
  }

  noteKnown(address: PeerAddress): void {
    this.#known.add(endpointKey(address));
  }

  forgetKnown(): void {
    this.#known.clear();
  }

  /** Only IP addresses have a form that old peers understand. */
  understands({ network }: PeerAddress): boolean {
    return this.peer.wantsAddrV2 || network === NETWORKS.ipv4 || network === NETWORKS.ipv6;
  }

  /** Tells it an address before long, unless it knows it already. */
  push(address: PeerAddress): void {
    if (!isValid(address) || !this.understands(address)) return;
    if (this.#known.has(endpointKey(address))) return;
    const waiting = this.#waiting;
    if (waiting.length < LIMITS.addresses) waiting.push(address);
    else waiting[drawBelow(this.#entropy, waiting.length)] = address;
    this.#cancel ??= this.#clock.schedule(drawExponential(this.#entropy, MEAN_DELAY_MS), () =>
      this.flush(),
    );
  }

  /** Tells it now what waits. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const addresses: PeerAddress[] = [];
    for (const address of this.#waiting) {
      const key = endpointKey(address);
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      addresses.push(address);
    }
    this.#waiting = [];
    if (addresses.length === 0) return;
    this.peer.send({ command: this.peer.wantsAddrV2 ? 'addrv2' : 'addr', addresses });
  }

  /** Forgets what waits. */
  drop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waiting = [];
  }
}
