import type { Clock } from '../../../outside/clock/clock.ts';
import { CodedError } from '../../../protocol/bytes/coded-error.ts';
import { encodeBlock } from '../../../protocol/primitives/block.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import type { GetBlocksMessage } from '../../../protocol/wire/get-blocks.ts';
import type { GetDataMessage } from '../../../protocol/wire/get-data.ts';
import {
  type InventoryItem,
  inventoryText,
  isBlockItem,
  MSG_BLOCK,
  MSG_CMPCT_BLOCK,
  MSG_FILTERED_BLOCK,
} from '../../../protocol/wire/inventory.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { isHeard, type Log, noLog } from '../../log/log.ts';
import type { RecentBlock } from '../compact/recent-block.ts';
import { LIMITS } from '../limits.ts';
import type { Peer } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import type { PeerHandler } from '../peer/peer-handler.ts';
import type { BloomFilters } from './bloom-filters.ts';
import { Drainage } from './drainage.ts';
import { checkLocator } from './header-server.ts';
import { isRequestAllowed } from './request-allowed.ts';
import type { ServeChain } from './serve-parts.ts';
import { encodeBlockWithoutWitness } from './stripped-block.ts';
import { Turn } from './turn.ts';

/** What a node that prunes keeps, and says by `NODE_NETWORK_LIMITED` that it has (BIP159). */
const KEPT_BLOCKS = 288;
/** It tells more of them only if they will be there for another hour, long enough to be asked for. */
const KEPT_SECONDS = 3600;
/** Two more are served: the peer may not have heard of the last ones. */
const KEPT_MARGIN = 2;

export interface BlockServerParts {
  readonly clock: Clock;
  readonly chain: ServeChain;
  readonly recent: RecentBlock;
  readonly bloom: BloomFilters;
  /** Whether the tip is so young that a peer's pool may have what the last blocks hold. */
  readonly isCloseToPresent: () => boolean;
  readonly log?: Log;
}

/**
 * Answers `getblocks`, and those items of `getdata` that are blocks: one after the other, each read when
 * the one before has found room to be sent and others have had their turn, so that whoever asks for
 * 50,000 waits and nobody else does.
 */
export class BlockServer implements PeerHandler {
  readonly #parts: BlockServerParts;
  readonly #log: Log;
  readonly #drainage = new Drainage();
  /** The last block of an answer to `getblocks`: when it is fetched, the peer is told to go on. */
  readonly #continueAt = new Map<Peer, BlockHash>();
  readonly handles = {
    getblocks: (peer: Peer, message: GetBlocksMessage): void => this.#announce(peer, message),
    getdata: (peer: Peer, message: GetDataMessage): Promise<void> | undefined =>
      this.#getData(peer, message),
  };

  constructor(parts: BlockServerParts) {
    this.#parts = parts;
    this.#log = parts.log ?? noLog;
  }

  drained(peer: Peer): void {
    this.#drainage.drained(peer);
  }

  gone(peer: Peer): void {
    this.#drainage.drained(peer);
    this.#continueAt.delete(peer);
  }

  /**
   * Sends a block in the form that an item of `getdata` asks for. Nothing is said if it is not here:
   * `notfound` is for transactions.
   */
  async serve(peer: Peer, item: InventoryItem): Promise<void> {
    const { chain } = this.#parts;
    if (peer.isCongested) await this.#drainage.room(peer);
    const node = chain.lookup(item.hash);
    if (peer.isGone || node === undefined || !isRequestAllowed(chain, node)) return;
    this.#checkDepth(peer, node);
    if (!node.isStored) return;
    try {
      await this.#send(peer, item, node);
    } catch (error) {
      if (!(error instanceof CodedError) || error instanceof PeerFault) throw error;
      // It was pruned in between, or the disk has failed. Whoever waits for it should ask somebody else.
      this.#log('warn', 'net', `block ${node.height} cannot be served: ${error.message}`);
      peer.disconnect('a block that it asked for cannot be read');
      return;
    }
    this.#tellToGoOn(peer, item.hash);
  }

  #getData(peer: Peer, { items }: GetDataMessage): Promise<void> | undefined {
    if (items.length > LIMITS.inventory) {
      const words = `getdata message size = ${items.length}`;
      throw new PeerFault('message', 'oversized-getdata', words);
    }
    const blocks = items.filter(isBlockItem);
    const [first] = items;
    if (first !== undefined && first === blocks[0] && isHeard(this.#log, 'debug', 'net')) {
      const words = `received getdata for: ${inventoryText(first)} peer=${peer.id}`;
      this.#log('debug', 'net', words);
    }
    return blocks.length === 0 ? undefined : this.#serveAll(peer, blocks);
  }

  async #serveAll(peer: Peer, items: readonly InventoryItem[]): Promise<void> {
    const turn = new Turn(this.#parts.clock);
    for (const item of items) {
      if (turn.isOver) await turn.next();
      if (peer.isGone) return;
      await this.serve(peer, item);
    }
  }

  async #send(peer: Peer, { type }: InventoryItem, node: BlockNode): Promise<void> {
    const { bloom, chain, recent } = this.#parts;
    const atHand = recent.get(node);
    const load = async (): Promise<NonNullable<typeof atHand>> =>
      atHand ?? (await chain.readBlock(node)).block;
    if (type === MSG_FILTERED_BLOCK) {
      if (bloom.hasFilter(peer)) bloom.sendFilteredBlock(peer, await load());
      return;
    }
    const isDeep = node.height < chain.tip.height - LIMITS.compactBlockDepth;
    if (type === MSG_CMPCT_BLOCK && !isDeep && this.#parts.isCloseToPresent()) {
      peer.send(recent.compactOf(await load(), node));
      return;
    }
    if (type === MSG_BLOCK) {
      peer.send({ command: 'block', raw: encodeBlockWithoutWitness(await load()) });
      return;
    }
    const raw = atHand === undefined ? await chain.readRaw(node) : encodeBlock(atHand);
    peer.send({ command: 'block', raw });
  }

  /**
   * A node that prunes has older blocks now and then. It denies them, lest somebody learns how far it
   * has pruned; and parts from who asks, who would wait for them.
   */
  #checkDepth(peer: Peer, node: BlockNode): void {
    const { chain } = this.#parts;
    const depth = chain.tip.height - node.height;
    if (!chain.isPruning || depth <= KEPT_BLOCKS + KEPT_MARGIN) return;
    if (peer.permissions.has('noban')) return;
    const words = 'Ignore block request below NODE_NETWORK_LIMITED threshold, disconnect';
    throw new PeerFault('message', 'too-old-block', words);
  }

  #announce(peer: Peer, { locator, stop }: GetBlocksMessage): void {
    checkLocator('getblocks', locator);
    const { chain } = this.#parts;
    const items: InventoryItem[] = [];
    let node = chain.next(chain.commonBlock(locator));
    for (; node !== undefined && !node.hasHash(stop); node = chain.next(node)) {
      if (chain.isPruning && !this.#willBeKept(node)) break;
      items.push({ type: MSG_BLOCK, hash: node.hash });
      if (items.length === LIMITS.blocksAnnounced) {
        this.#continueAt.set(peer, node.hash);
        break;
      }
    }
    if (items.length > 0) peer.send({ command: 'inv', items });
  }

  #willBeKept(node: BlockNode): boolean {
    const { chain } = this.#parts;
    const { spacingSeconds } = chain.params.consensus;
    const least = chain.tip.height - (KEPT_BLOCKS - Math.floor(KEPT_SECONDS / spacingSeconds));
    return node.isStored && node.height > least;
  }

  /** An old peer asks for the next 500 when it is told of a block that it cannot place: our tip. */
  #tellToGoOn(peer: Peer, hash: Uint8Array): void {
    const last = this.#continueAt.get(peer);
    if (last === undefined || !last.every((byte, i) => byte === hash[i])) return;
    this.#continueAt.delete(peer);
    const { hash: tip } = this.#parts.chain.tip;
    peer.send({ command: 'inv', items: [{ type: MSG_BLOCK, hash: tip }] });
  }
}
