import type { Block } from '../../../protocol/primitives/block.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Peer } from '../peer/peer.ts';

/**
 * What the other parts see of the download of blocks: which blocks are asked of whom, and which headers
 * a peer has. Whoever asks for a block by a way of its own, as compact blocks are, says so here, so that
 * nobody asks twice and a peer that does not answer is found out.
 */
export interface BlockRequests {
  /** Headers of a chain with less work are not stored (Core's anti-DoS work threshold). */
  readonly leastWork: bigint;
  /** Whether the tip is so recent that announced blocks are asked for at once. */
  readonly isCloseToPresent: boolean;

  /** Whether somebody has been asked for this block. */
  isInFlight(hash: Uint8Array): boolean;
  /** Who has been asked for this block and has not answered, the first one first. */
  askedOf(hash: Uint8Array): readonly Peer[];
  /** How many blocks a peer has been asked for and has not given. */
  inFlight(peer: Peer): number;
  /** Whether a block has come, and is on its way into the chain. */
  isInHand(hash: Uint8Array): boolean;

  /** Notes that a peer is being asked for a block. False if it was already, and nothing changes then. */
  begin(peer: Peer, node: BlockNode): boolean;
  /** The block has come, or is given up: from this peer, or without one, from all. */
  received(hash: Uint8Array, peer?: Peer): void;
  /** Asks a peer for the whole block: `getdata`, with witnesses if it has them. Includes {@link begin}. */
  requestFull(peer: Peer, node: BlockNode): void;
  /**
   * Takes a block that a peer gave, by whatever message: into the chain, and the peer to account for it.
   * Resolves when more can be taken, which is long before the block is connected.
   *
   * @param options.via `compact`: its header and short ids may be right and the block invalid, since
   *   compact blocks are announced before they are verified (BIP152); the peer is not blamed
   */
  deliver(
    peer: Peer,
    block: Uint8Array | Block,
    options?: { readonly via?: 'block' | 'compact' },
  ): Promise<void>;

  /** A peer has this block, as it says: known or not. `isNews`: it was the first to tell. */
  peerHas(peer: Peer, hash: Uint8Array, isNews?: boolean): void;
  /** Whether a peer is known to have a header, since it told us, or we told it. */
  hasHeader(peer: Peer, node: BlockNode): boolean;
  /** A header has been sent to a peer (answers to `getheaders`, compact blocks), and all before it. */
  noteHeaderSent(peer: Peer, node: BlockNode): void;
  /** Sends `getheaders` from our best header on, unless one is under way. */
  askForHeaders(peer: Peer): boolean;
}

/** What the download and the announcement of blocks see of compact blocks. */
export interface CompactBlocks {
  /**
   * Announces a block as a compact one, if the peer wants new blocks that way (high bandwidth). It is
   * known to have the parent. False if it was not announced, and has to be in another way.
   */
  announceCompact?(peer: Peer, node: BlockNode): boolean;
  /** Whether a peer can be asked for compact blocks (it said `sendcmpct` with version 2). */
  providesCompact?(peer: Peer): boolean;
}
