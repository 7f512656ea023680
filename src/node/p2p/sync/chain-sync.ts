import { unixTime } from '../../../outside/clock/clock.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../../protocol/primitives/block-header.ts';
import { type InventoryItem, isBlockItem } from '../../../protocol/wire/inventory.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { ChainEvent } from '../../chain/chain-events.ts';
import { noLog } from '../../log/log.ts';
import { LIMITS } from '../limits.ts';
import type { Peer } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import type { PeerHandler } from '../peer/peer-handler.ts';
import type { PeerSet } from '../peers.ts';
import { tellHeaderProgress, tellNewHeader } from '../tell-header.ts';
import { Alarm, earliest } from './alarm.ts';
import { BlockAnnouncer } from './block-announcer.ts';
import { BlockDownload, FEW_IN_FLIGHT } from './block-download.ts';
import { BlockIntake, type Way } from './block-intake.ts';
import type { BlockRequests, CompactBlocks } from './block-requests.ts';
import { HEADERS_RESPONSE_MS, HeaderSync } from './header-sync.ts';
import { InFlight } from './in-flight.ts';
import { OutdatedPeers } from './outdated-peers.ts';
import { StaleTip } from './stale-tip.ts';
import {
  type SyncChain,
  type SyncOptions,
  type SyncOutside,
  type SyncParts,
  SyncPeers,
} from './sync-parts.ts';
import { SyncPeer } from './sync-peer.ts';
import { progressOf, type SyncProgress } from './sync-progress.ts';
import { leastWork } from './work-floor.ts';

export interface ChainSyncParts extends SyncOutside {
  readonly chain: SyncChain;
  readonly peers: PeerSet;
  readonly compact?: CompactBlocks;
  readonly options?: SyncOptions;
}

/**
 * Keeps the chain level with those of the peers: fetches headers first and then the blocks, from many
 * at once; tells peers about new blocks; finds out who keeps us waiting or behind.
 *
 * Nothing ticks. What a peer has to be looked at for is due at a moment, and a timer is set for that.
 *
 * @example
 * const sync = new ChainSync({ chain, peers, clock, entropy, log });
 * network.start([compact, ping, sync, relay]);
 */
export class ChainSync implements PeerHandler, BlockRequests {
  readonly #parts: SyncParts;
  readonly #states = new SyncPeers();
  readonly #alarms = new Map<SyncPeer, Alarm>();
  readonly #inFlight: InFlight;
  readonly #headers: HeaderSync;
  readonly #download: BlockDownload;
  readonly #intake: BlockIntake;
  readonly #outdated: OutdatedPeers;
  readonly #announcer: BlockAnnouncer;
  readonly #staleTip: StaleTip;
  readonly #unsubscribe: () => void;
  #compact: CompactBlocks;
  #isLookingSoon = false;
  #isClosed = false;

  readonly handles: PeerHandler['handles'] = {
    headers: (peer, { headers }) => this.#onHeaders(peer, headers),
    inv: (peer, { items }) => this.#onInventory(peer, items),
    block: (peer, { raw }) => this.#take(peer, raw, 'block'),
    sendheaders: (peer) => {
      const state = this.#states.get(peer);
      if (state !== undefined) state.wantsHeaders = true;
    },
  };

  constructor(parts: ChainSyncParts) {
    const { chain, clock, log = noLog, options = {} } = parts;
    this.#compact = parts.compact ?? {};
    const compact: CompactBlocks = {
      announceCompact: (peer, node) => this.#compact.announceCompact?.(peer, node) === true,
      providesCompact: (peer) => this.#compact.providesCompact?.(peer) === true,
    };
    this.#parts = { ...parts, log, options, compact, states: this.#states };
    this.#inFlight = new InFlight(clock);
    const shared = { ...this.#parts, inFlight: this.#inFlight };
    this.#headers = new HeaderSync(shared);
    this.#intake = new BlockIntake({
      ...shared,
      settled: () => this.#lookSoon(),
      ended: () => this.close(),
    });
    this.#download = new BlockDownload({ ...shared, inHand: this.#intake.inHand });
    this.#outdated = new OutdatedPeers(shared, this.#headers);
    this.#announcer = new BlockAnnouncer(shared);
    this.#staleTip = new StaleTip({
      clock,
      spacingSeconds: chain.params.consensus.spacingSeconds,
      isDownloading: () => this.#inFlight.size > 0,
      onStaleTip: (isStale) => {
        if (isStale) log('warn', 'net', 'no new block for long; one more peer may know of one');
        options.onStaleTip?.(isStale);
      },
    });
    this.#unsubscribe = chain.on((event) => this.#onChain(event));
  }

  /** Compact blocks need the requests, and these need the compact blocks: they come second. */
  useCompact(compact: CompactBlocks): void {
    this.#compact = compact;
  }

  ready(peer: Peer): void {
    if (peer.kind === 'feeler' || this.#isClosed) return;
    const state = new SyncPeer(peer);
    this.#states.add(state);
    this.#alarms.set(state, new Alarm(this.#parts.clock, () => this.#ring(state)));
    this.#look(state);
    // There may now be somebody to take the place of a slow one.
    for (const other of [...this.#states]) this.#replaceIfSlow(other);
  }

  gone(peer: Peer): void {
    const state = this.#states.get(peer);
    if (state === undefined) return;
    this.#states.remove(state);
    this.#alarms.get(state)?.cancel();
    this.#alarms.delete(state);
    for (const node of [...state.inFlight]) this.#inFlight.end(node, state);
    this.#lookSoon();
  }

  pulse(peer: Peer): void {
    const state = this.#states.get(peer);
    if (state === undefined) return;
    // A request for each block would cost more than the block, where blocks are small.
    if (state.inFlight.size > FEW_IN_FLIGHT) this.#lookSoon();
    else this.#look(state);
  }

  /** Ends all timers, and does nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#staleTip.stop();
    for (const alarm of this.#alarms.values()) alarm.cancel();
  }

  get leastWork(): bigint {
    return leastWork(this.#parts.chain);
  }

  get isCloseToPresent(): boolean {
    return this.#download.isCloseToPresent;
  }

  isInFlight(hash: Uint8Array): boolean {
    const node = this.#parts.chain.lookup(hash);
    return node !== undefined && this.#inFlight.has(node);
  }

  askedOf(hash: Uint8Array): readonly Peer[] {
    const node = this.#parts.chain.lookup(hash);
    return node === undefined ? [] : this.#inFlight.askedOf(node).map(({ peer }) => peer);
  }

  inFlight(peer: Peer): number {
    return this.#states.get(peer)?.inFlight.size ?? 0;
  }

  isInHand(hash: Uint8Array): boolean {
    const node = this.#parts.chain.lookup(hash);
    return node !== undefined && this.#intake.inHand.has(node);
  }

  begin(peer: Peer, node: BlockNode): boolean {
    const state = this.#states.get(peer);
    return state !== undefined && this.#inFlight.begin(state, node);
  }

  received(hash: Uint8Array, peer?: Peer): void {
    const node = this.#parts.chain.lookup(hash);
    if (node === undefined) return;
    if (peer === undefined) {
      this.#inFlight.end(node);
      return;
    }
    const state = this.#states.get(peer);
    if (state !== undefined) this.#inFlight.end(node, state);
  }

  requestFull(peer: Peer, node: BlockNode): void {
    const state = this.#states.get(peer);
    if (state !== undefined) this.#download.requestFull(state, node);
  }

  async deliver(
    peer: Peer,
    block: Uint8Array | Block,
    { via = 'block' }: { readonly via?: Way } = {},
  ): Promise<void> {
    await this.#take(peer, block, via);
  }

  peerHas(peer: Peer, hash: Uint8Array, isNews = false): void {
    const { chain, clock } = this.#parts;
    const state = this.#states.get(peer);
    if (state === undefined) return;
    state.has(hash, chain);
    const node = isNews ? chain.lookup(hash) : undefined;
    if (node === undefined || node.chainWork <= chain.tip.chainWork) return;
    state.lastAnnouncement = unixTime(clock);
  }

  hasHeader(peer: Peer, node: BlockNode): boolean {
    return this.#states.get(peer)?.hasHeader(node) === true;
  }

  noteHeaderSent(peer: Peer, node: BlockNode): void {
    const state = this.#states.get(peer);
    if (state !== undefined) state.headerSent = node;
  }

  askForHeaders(peer: Peer): boolean {
    const state = this.#states.get(peer);
    return state !== undefined && this.#headers.askFromBest(state);
  }

  /**
   * When all blocks that a peer has sent are in their places; undefined if they are. Who asks then whether
   * we are there is told: that far.
   */
  whenTaken(peer: Peer): Promise<void> | undefined {
    return this.#intake.whenTaken(peer);
  }

  /** How far this node is, and each of its peers. */
  progress(): SyncProgress {
    const { chain } = this.#parts;
    const counts = {
      blocksInFlight: this.#inFlight.size,
      blocksInHand: this.#intake.inHand.size,
      bytesInHand: this.#intake.bytesInHand,
    };
    return progressOf(chain, this.#states, counts);
  }

  #take(peer: Peer, block: Uint8Array | Block, via: Way): void | Promise<void> {
    if (this.#isClosed) return undefined;
    const waiting = this.#intake.take(peer, block, via);
    return waiting === undefined ? this.#taken(peer) : waiting.then(() => this.#taken(peer));
  }

  /**
   * Several may have come at once: when they have been taken, the next ones are asked for in one message,
   * and are on their way before the chain is done with these.
   */
  #taken(peer: Peer): void {
    const state = this.#states.get(peer);
    if (state?.inFlight.size !== FEW_IN_FLIGHT) return;
    void Promise.resolve().then(() => this.#look(state));
  }

  async #onHeaders(peer: Peer, headers: readonly BlockHeader[]): Promise<void> {
    const state = this.#states.get(peer);
    if (state === undefined || this.#isClosed) return;
    const hadGivenAll = state.hasGivenAll;
    this.#forgive(state, headers);
    const taken = await this.#headers.take(state, headers);
    // If that was all and not enough, it is somebody else's turn.
    if (state.hasGivenAll && !hadGivenAll) this.#lookSoon();
    if (taken === undefined) return;
    const { chain, clock, log } = this.#parts;
    const { last, isNews, mayGoOn } = taken;
    if (isNews) {
      const isCatchingUp = chain.isInitialBlockDownload;
      tellNewHeader(log, last, peer, { isCatchingUp });
      const { spacingSeconds } = chain.params.consensus;
      if (isCatchingUp) tellHeaderProgress(log, last, unixTime(clock), spacingSeconds);
    }
    state.has(last.hash, chain);
    if (isNews && last.chainWork > chain.tip.chainWork) state.lastAnnouncement = unixTime(clock);
    this.#outdated.told(state, mayGoOn);
    if (!peer.isGone) this.#download.fetchTowards(state, last);
  }

  /** Whoever gave wrong bytes of a block, and may stay, may have the right ones when it tells of it anew. */
  #forgive({ spoilt }: SyncPeer, headers: readonly BlockHeader[]): void {
    if (spoilt.size === 0) return;
    for (const header of headers) {
      const node = this.#parts.chain.lookup(blockHash(header));
      if (node !== undefined) spoilt.delete(node);
    }
  }

  #onInventory(peer: Peer, items: readonly InventoryItem[]): void {
    if (items.length > LIMITS.inventory) {
      throw new PeerFault('message', 'oversized-inv', `inv message size = ${items.length}`);
    }
    const state = this.#states.get(peer);
    if (state === undefined) return;
    const { chain } = this.#parts;
    let last: Uint8Array | undefined;
    for (const item of items) {
      if (!isBlockItem(item)) continue;
      state.has(item.hash, chain);
      // They come in the order of the chain, and the headers of one lead to all.
      if (chain.lookup(item.hash) === undefined) last = item.hash;
    }
    if (last !== undefined) this.#headers.announced(state, last);
  }

  #onChain(event: ChainEvent): void {
    if (this.#isClosed) return;
    switch (event.kind) {
      case 'connected':
        this.#intake.verified(event.node);
        this.#download.connected();
        break;
      case 'refused':
        this.#intake.refused(event.node, event.error);
        break;
      case 'tip':
        this.#staleTip.changed();
        this.#announcer.tipChanged(event.node);
        this.#lookSoon();
        break;
      case 'header':
        this.#lookSoon();
        break;
      case 'forgotten':
        this.#forget(event.nodes);
        break;
      default:
    }
  }

  /** The chain has been put back to a mark. A block that comes again is another node then. */
  #forget(nodes: ReadonlySet<BlockNode>): void {
    this.#inFlight.endAll(nodes);
    this.#intake.forget(nodes);
    for (const state of this.#states) state.forget(nodes);
  }

  /** Looks at all peers, once everybody else has had a turn: much happens at once. */
  #lookSoon(): void {
    if (this.#isLookingSoon || this.#isClosed) return;
    this.#isLookingSoon = true;
    this.#parts.clock.schedule(0, () => {
      this.#isLookingSoon = false;
      if (this.#isClosed) return;
      for (const state of [...this.#states]) this.#look(state);
    });
  }

  #ring(state: SyncPeer): void {
    if (this.#download.isSlow(state)) this.#lookSoon();
    this.#look(state);
  }

  /** Does whatever is to be done about a peer now, and says when it is to be looked at again. */
  #look(state: SyncPeer): void {
    if (state.peer.isGone || this.#isClosed) return;
    this.#announcer.offerHeaders(state);
    this.#considerStart(state);
    this.#download.checkTimeouts(state);
    if (state.peer.isGone) return;
    this.#replaceIfSlow(state);
    if (state.peer.isGone) return;
    this.#outdated.consider(state);
    const staller = this.#download.request(state);
    if (staller !== undefined) this.#setAlarm(staller);
    this.#setAlarm(state);
  }

  #considerStart(state: SyncPeer): void {
    this.#headers.considerStart(state, (one) => this.#download.mayDownloadFrom(one));
  }

  #replaceIfSlow(state: SyncPeer): void {
    if (!this.#headers.checkTimeout(state)) return;
    for (const other of this.#states) if (other !== state) this.#considerStart(other);
  }

  /** What is past by now could not be acted upon, and is looked at with the next message. */
  #setAlarm(state: SyncPeer): void {
    const now = this.#parts.clock.monotonic();
    const { headersDue, chainDue, headersAskedAt, isSyncing } = state;
    const mayAskAt = isSyncing ? undefined : headersAskedAt && headersAskedAt + HEADERS_RESPONSE_MS;
    const moments = [headersDue, chainDue, mayAskAt, ...this.#download.dueAt(state)];
    const next = earliest(moments.filter((moment) => moment !== undefined && moment >= now));
    // A moment later it is past for sure.
    this.#alarms.get(state)?.set(next === undefined ? undefined : next + 1);
  }
}
