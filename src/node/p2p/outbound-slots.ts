import { type Cancel, type Clock, unixTime } from '../../outside/clock/clock.ts';
import { drawExponential } from '../../outside/entropy/draw.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { AddressSource, SelectedAddress } from './address-source.ts';
import type { AddressRules } from './addresses/address-rules.ts';
import { NETWORKS, type NetAddress, type NetEndpoint } from './addresses/net-address.ts';
import type { Places } from './network-parts.ts';
import type { ConnectionKind } from './peer/peer.ts';

/** Between two tries. */
const PAUSE_MS = 500;
/** How long at most it waits for addresses before it looks again. */
const LONGEST_PAUSE_MS = 30_000;
/** On average: how often an address is tested, and how often one more peer is asked for its tip. */
const FEELER_INTERVAL_MS = 120_000;
const EXTRA_BLOCK_PEER_INTERVAL_MS = 300_000;
/** Whoever was tried lately has to wait, unless there are few others. */
const RETRY_SECONDS = 600;
const PATIENT_TRIES = 30;
/** So many addresses are drawn before it is given up for this time. */
const MOST_DRAWS = 100;

/** Connected to so many groups, we are on the network: whoever does not answer then is to blame. */
const GROUPS_TO_BLAME = 2;

/** The kinds of connections that are opened here. */
export type SlotKind = 'outbound-full-relay' | 'block-relay-only' | 'feeler';

/** A connection that there is, or that is being opened. */
export interface OpenSlot {
  readonly kind: ConnectionKind;
  readonly address: NetEndpoint | undefined;
}

export interface OutboundSlotsParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly addresses: AddressSource;
  readonly rules: AddressRules;
  readonly places: Places;
  readonly anchors: readonly NetEndpoint[];
  /** All connections that there are. */
  readonly open: () => readonly OpenSlot[];
  /** Whether nothing speaks against a connection to it: no ban, no other connection, not ourselves. */
  readonly mayConnect: (address: NetEndpoint) => boolean;
  /** What a node that we choose must offer, if it offers this. */
  readonly requiredServices: (offered: bigint) => bigint;
  /** Resolves once it has succeeded or failed. */
  readonly dial: (kind: SlotKind, address: SelectedAddress) => Promise<void>;
  readonly onFatal: (error: unknown) => void;
}

/**
 * Keeps the places for outbound connections filled: one try after the other, and each to a group of
 * addresses of its own, so that an attacker needs addresses in many networks to be all that we see.
 */
export class OutboundSlots {
  readonly #parts: OutboundSlotsParts;
  readonly #anchors: NetEndpoint[];
  #cancel: Cancel = () => {};
  /** When it is looked next. */
  #dueAt = Number.POSITIVE_INFINITY;
  #isRunning = false;
  #isTrying = false;
  #emptyDraws = 0;
  #nextFeeler = 0;
  #nextExtraBlockPeer = Number.POSITIVE_INFINITY;
  #wantsExtraPeer = false;

  constructor(parts: OutboundSlotsParts) {
    this.#parts = parts;
    this.#anchors = [...parts.anchors];
  }

  start(): void {
    this.#isRunning = true;
    this.#nextFeeler = this.#due(FEELER_INTERVAL_MS);
    this.#schedule(0);
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancel();
  }

  /** There are places to fill. */
  wake(): void {
    this.#emptyDraws = 0;
    // Never later than it would be anyway: somebody could wake us for ever.
    const isSooner = this.#parts.clock.monotonic() + PAUSE_MS < this.#dueAt;
    if (!this.#isTrying && isSooner) this.#schedule(PAUSE_MS);
  }

  /** There are addresses to fill places with. */
  addressesArrived(): void {
    if (this.#emptyDraws > 0) this.wake();
  }

  /** The tip is stale: one more peer may know better. */
  wantExtraPeer(isWanted: boolean): void {
    this.#wantsExtraPeer = isWanted;
    if (isWanted) this.wake();
  }

  /** The node is in step with its peers: from now on others are asked now and then. */
  allowExtraBlockPeers(): void {
    if (this.#nextExtraBlockPeer !== Number.POSITIVE_INFINITY) return;
    this.#nextExtraBlockPeer = this.#due(EXTRA_BLOCK_PEER_INTERVAL_MS);
    this.wake();
  }

  #due(meanMs: number): number {
    return this.#parts.clock.monotonic() + drawExponential(this.#parts.entropy, meanMs);
  }

  #schedule(delayMs: number): void {
    this.#cancel();
    if (!this.#isRunning) return;
    this.#dueAt = this.#parts.clock.monotonic() + delayMs;
    this.#cancel = this.#parts.clock.schedule(delayMs, () => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#try().catch(this.#parts.onFatal);
    });
  }

  async #try(): Promise<void> {
    const { clock, addresses, dial } = this.#parts;
    const kind = this.#nextKind();
    if (kind === undefined) {
      const next = Math.min(this.#nextFeeler, this.#nextExtraBlockPeer);
      this.#schedule(Math.max(PAUSE_MS, next - clock.monotonic()));
      return;
    }
    addresses.resolveCollisions();
    const address = this.#draw(kind);
    if (address === undefined) {
      // Whoever gives us addresses wakes us; this is for those whose time to be tried again comes.
      this.#schedule(Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** this.#emptyDraws++));
      return;
    }
    this.#emptyDraws = 0;
    this.#isTrying = true;
    // While nothing can be reached, a failure says nothing about an address.
    addresses.attempt(address, this.#groups().size >= GROUPS_TO_BLAME);
    await dial(kind, address);
    this.#isTrying = false;
    this.#schedule(PAUSE_MS);
  }

  #nextKind(): SlotKind | undefined {
    const { clock, places, open } = this.#parts;
    const kinds = open().map(({ kind }) => kind);
    const count = (wanted: ConnectionKind): number =>
      kinds.filter((kind) => kind === wanted).length;
    const blockRelay = count('block-relay-only');
    if (this.#anchors.length > 0 && blockRelay < places.blockRelay) return 'block-relay-only';
    const fullRelay = count('outbound-full-relay');
    if (fullRelay < places.fullRelay) return 'outbound-full-relay';
    if (blockRelay < places.blockRelay) return 'block-relay-only';
    if (this.#wantsExtraPeer && fullRelay === places.fullRelay) return 'outbound-full-relay';
    const now = clock.monotonic();
    if (now >= this.#nextExtraBlockPeer && places.blockRelay > 0) {
      this.#nextExtraBlockPeer = this.#due(EXTRA_BLOCK_PEER_INTERVAL_MS);
      return 'block-relay-only';
    }
    if (now >= this.#nextFeeler) {
      this.#nextFeeler = this.#due(FEELER_INTERVAL_MS);
      return 'feeler';
    }
    return undefined;
  }

  #draw(kind: SlotKind): SelectedAddress | undefined {
    const { addresses, mayConnect } = this.#parts;
    if (kind === 'block-relay-only') {
      for (
        let anchor = this.#anchors.shift();
        anchor !== undefined;
        anchor = this.#anchors.shift()
      ) {
        if (mayConnect(anchor)) return { ...anchor, services: 0n, lastTry: 0 };
      }
    }
    if (kind === 'feeler') {
      const colliding = addresses.selectCollision();
      if (colliding !== undefined && mayConnect(colliding)) return colliding;
    }
    const groups = kind === 'feeler' ? new Set<string>() : this.#groups();
    for (let draws = 0; draws < MOST_DRAWS; draws++) {
      const address = addresses.select({ newOnly: kind === 'feeler' });
      if (address === undefined) return undefined;
      if (this.#isFit(address, kind, draws) && !groups.has(this.#groupOf(address))) return address;
    }
    return undefined;
  }

  #isFit(address: SelectedAddress, kind: SlotKind, draws: number): boolean {
    const { clock, rules, mayConnect, requiredServices } = this.#parts;
    const sinceTry = unixTime(clock) - address.lastTry;
    if (sinceTry < RETRY_SECONDS && draws < PATIENT_TRIES) return false;
    const required = kind === 'feeler' ? 0n : requiredServices(address.services);
    if ((address.services & required) !== required) return false;
    return isReachable(address) && rules.isUsable(address) && mayConnect(address);
  }

  /** Of those that we are connected to by choice. What comes in does not count: it could be made to. */
  #groups(): ReadonlySet<string> {
    const groups = new Set<string>();
    for (const slot of this.#parts.open()) {
      if (isOurChoice(slot) && slot.address !== undefined) groups.add(this.#groupOf(slot.address));
    }
    return groups;
  }

  #groupOf(address: NetAddress): string {
    return toHex(this.#parts.rules.groupOf(address));
  }
}

/** Others are known too, to tell them to those who can reach them. */
function isReachable({ network }: NetAddress): boolean {
  return network === NETWORKS.ipv4 || network === NETWORKS.ipv6;
}

function isOurChoice({ kind }: OpenSlot): boolean {
  return kind === 'outbound-full-relay' || kind === 'block-relay-only' || kind === 'manual';
}
