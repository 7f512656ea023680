import { toHex } from '../../../protocol/bytes/hex.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import { decodeBlockHeader, HEADER_SIZE } from '../../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import type { BlockMessage } from '../../../protocol/wire/block.ts';
import type { BlockTxnMessage } from '../../../protocol/wire/block-txn.ts';
import type { CmpctBlockMessage } from '../../../protocol/wire/cmpct-block.ts';
import type { GetBlockTxnMessage } from '../../../protocol/wire/get-block-txn.ts';
import type { SendCmpctMessage } from '../../../protocol/wire/send-cmpct.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { ChainEvent } from '../../chain/chain-events.ts';
import type { Peer } from '../peer/peer.ts';
import type { PeerHandler } from '../peer/peer-handler.ts';
import type { CompactBlocks } from '../sync/block-requests.ts';
import { CompactIntake } from './compact-intake.ts';
import type { CompactParts } from './compact-parts.ts';
import { CompactServer } from './compact-server.ts';
import { ExtraTransactions } from './extra-transactions.ts';
import { HighBandwidthPeers } from './high-bandwidth.ts';

/** The one with ids that cover witnesses. Version 1, without them, is no longer spoken. */
const VERSION = 2n;
const EXTRA_TRANSACTIONS = 100;
/** Of the whole protocol: who speaks an older one does not know compact blocks. */
const FIRST_VERSION = 70014;
/** Nodes from before this one part from whoever sends them a compact block that proves to be invalid. */
const FORGIVING_VERSION = 70015;
/** How many blocks are remembered by who gave them, until they are verified. */
const GIVERS = 64;

/**
 * Compact blocks (BIP152): new blocks in a few kilobytes, since nodes have most of their transactions
 * already.
 *
 * In the low-bandwidth mode a block is announced as ever, and asked for as a compact one. In the
 * high-bandwidth mode it is sent at once. A node asks three peers at most for that.
 */
export class CompactRelay implements PeerHandler, CompactBlocks {
  readonly #parts: CompactParts;
  readonly #intake: CompactIntake;
  readonly #server: CompactServer;
  readonly #extra: ExtraTransactions;
  readonly #fast = new HighBandwidthPeers();
  /** Peers that said `sendcmpct`, and whether they want new blocks at once. */
  readonly #wishes = new Map<Peer, boolean>();
  /** By the hash of the block, the oldest first. */
  readonly #givers = new Map<string, Peer>();
  readonly #leave: () => void;

  readonly handles = {
    sendcmpct: (peer: Peer, message: SendCmpctMessage): void => this.#noteWish(peer, message),
    cmpctblock: (peer: Peer, message: CmpctBlockMessage): Promise<void> =>
      this.#intake.take(peer, message, this.#fast.has(peer)),
    blocktxn: (peer: Peer, message: BlockTxnMessage): Promise<void> =>
      this.#intake.complete(peer, message),
    getblocktxn: (peer: Peer, message: GetBlockTxnMessage): Promise<void> | void =>
      this.#server.answer(peer, message),
    // The download takes the block. Here it is only noted who gave it.
    block: (peer: Peer, { raw }: BlockMessage): void => this.#noteBlock(peer, raw),
  };

  constructor(parts: CompactParts) {
    this.#parts = parts;
    this.#extra = new ExtraTransactions(parts.extraTransactions ?? EXTRA_TRANSACTIONS);
    this.#intake = new CompactIntake(parts, {
      extra: this.#extra,
      onBlock: (peer, hash) => this.#noteGiver(peer, hash),
    });
    this.#server = new CompactServer(parts);
    this.#leave = parts.chain.on((event) => this.#followChain(event));
  }

  ready(peer: Peer): void {
    if (peer.protocolVersion < FIRST_VERSION) return;
    peer.send({ command: 'sendcmpct', announce: false, version: VERSION });
  }

  gone(peer: Peer): void {
    this.#wishes.delete(peer);
    this.#fast.remove(peer);
    this.#intake.forget(peer);
    for (const [hash, giver] of this.#givers) if (giver === peer) this.#givers.delete(hash);
  }

  /** Remembers a transaction that did not get into the pool, or had to leave it. */
  noteSpare(tx: Transaction): void {
    this.#extra.add(tx);
  }

  /** Whether a peer can be asked for compact blocks, and that would be of use. */
  providesCompact(peer: Peer): boolean {
    return this.#wishes.has(peer) && this.#parts.blocksOnly !== true;
  }

  /** Whether a peer was asked to send new blocks at once. */
  isHighBandwidth(peer: Peer): boolean {
    return this.#fast.has(peer);
  }

  /** Whether a peer asked us to. */
  wantsHighBandwidth(peer: Peer): boolean {
    return this.#wishes.get(peer) === true;
  }

  announceCompact(peer: Peer, node: BlockNode): boolean {
    const { recent, requests } = this.#parts;
    if (!this.wantsHighBandwidth(peer) || peer.protocolVersion < FORGIVING_VERSION) return false;
    const block = recent.get(node);
    if (block === undefined) return false;
    peer.send(recent.compactOf(block, node));
    requests().noteHeaderSent(peer, node);
    return true;
  }

  close(): void {
    this.#leave();
  }

  #noteWish(peer: Peer, { announce, version }: SendCmpctMessage): void {
    if (version === VERSION) this.#wishes.set(peer, announce);
  }

  #noteBlock(peer: Peer, raw: Uint8Array): void {
    if (raw.length < HEADER_SIZE || this.#parts.chain.isInitialBlockDownload) return;
    this.#noteGiver(peer, blockHash(decodeBlockHeader(raw.subarray(0, HEADER_SIZE))));
  }

  /** The first one keeps the merit. */
  #noteGiver(peer: Peer, hash: BlockHash): void {
    const name = toHex(hash);
    if (this.#givers.has(name)) return;
    this.#givers.set(name, peer);
    const [oldest] = this.#givers.keys();
    if (this.#givers.size > GIVERS && oldest !== undefined) this.#givers.delete(oldest);
  }

  #followChain(event: ChainEvent): void {
    if (event.kind === 'tip') this.#intake.forgetStored();
    if (event.kind !== 'connected' || this.#givers.size === 0) return;
    const name = toHex(event.node.hash);
    const giver = this.#givers.get(name);
    this.#givers.delete(name);
    if (giver !== undefined) this.#reward(giver, event.node);
  }

  /** While other blocks are under way this one is not the newest, and its giver no quicker than others. */
  #reward(giver: Peer, node: BlockNode): void {
    const { chain, peers, requests } = this.#parts;
    if (chain.isInitialBlockDownload || !this.providesCompact(giver)) return;
    let others = -requests().askedOf(node.hash).length;
    for (const peer of peers.all()) others += requests().inFlight(peer);
    if (others === 0) this.#fast.promote(giver);
  }
}
