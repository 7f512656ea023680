import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import { blockWork } from '../../../protocol/primitives/target.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import type { BlockTxnMessage } from '../../../protocol/wire/block-txn.ts';
import type { CmpctBlockMessage } from '../../../protocol/wire/cmpct-block.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { type Log, noLog } from '../../log/log.ts';
import { LIMITS } from '../limits.ts';
import { isOutbound, type Peer } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import { tellNewHeader } from '../tell-header.ts';
import type { CompactParts } from './compact-parts.ts';
import type { ExtraTransactions } from './extra-transactions.ts';
import {
  type BeginResult,
  beginPartialBlock,
  fillPartialBlock,
  type PartialBlock,
} from './partial-block.ts';

/** A compact block may be asked of so many peers at once: the first one may not answer. */
const MOST_ASKED = 3;
/** The transactions of blocks further ahead are not in the pool yet. */
const MOST_AHEAD = 2;

/**
 * Honest peers send a compact block once or twice. Each time the whole pool may be searched, so that
 * one which nobody can complete would keep a node busy for as long as it likes.
 */
const MOST_SEARCHES = 3;

/** Who has been asked for a block: what decides how much effort a compact one is worth. */
interface Standing {
  readonly hash: BlockHash;
  readonly askedOf: readonly Peer[];
  /** This peer has been asked, too. */
  readonly isAsked: boolean;
  /** It is the first one, or nobody has been: it is worth another round trip. */
  readonly isFirst: boolean;
}

/** A compact block that a peer has sent. */
interface SentBlock {
  /** How often the pool was searched for its transactions. */
  searches: number;
  /** Undefined unless the peer was asked for what it lacks. */
  partial: PartialBlock | undefined;
}

export interface IntakeParts {
  readonly extra: ExtraTransactions;
  /** A peer has given a block. */
  readonly onBlock: (peer: Peer, hash: BlockHash) => void;
}

/** Takes compact blocks, and asks for what they lack. */
export class CompactIntake {
  readonly #parts: CompactParts;
  readonly #own: IntakeParts;
  readonly #log: Log;
  readonly #sent = new Map<Peer, Map<BlockNode, SentBlock>>();

  constructor(parts: CompactParts, own: IntakeParts) {
    this.#parts = parts;
    this.#own = own;
    this.#log = parts.log ?? noLog;
  }

  /** @param isFast whether the peer was asked to send new blocks at once */
  async take(peer: Peer, message: CmpctBlockMessage, isFast: boolean): Promise<void> {
    const node = await this.#acceptHeader(peer, message);
    if (node === undefined || peer.isGone) return;
    const { chain } = this.#parts;
    const requests = this.#parts.requests();
    if (node.isStored || requests.isInHand(node.hash)) return;
    const standing = this.#standing(peer, node.hash);
    // We have something better, or had this one and pruned it: the pool is of no use for it.
    const isOld = node.chainWork <= chain.tip.chainWork || node.transactionCount > 0;
    if (isOld || node.height > chain.tip.height + MOST_AHEAD) {
      if (standing.isAsked) requests.requestFull(peer, node);
      return;
    }
    if (standing.askedOf.length === 0 && !requests.isCloseToPresent) return;
    if (++this.#sentBy(peer, node).searches > MOST_SEARCHES) return;
    const hasRoom =
      standing.askedOf.length < MOST_ASKED && requests.inFlight(peer) < LIMITS.blocksInFlight;
    if (!hasRoom && !standing.isAsked) {
      await this.#tryWithout(peer, node, message);
      return;
    }
    const isNew = requests.begin(peer, node);
    if (!isNew && this.#sentBy(peer, node).partial !== undefined) return;
    await this.#assemble(peer, node, message, { ...standing, isFast });
  }

  /** The transactions of a compact block that were asked for. */
  async complete(peer: Peer, { blockHash: hash, transactions }: BlockTxnMessage): Promise<void> {
    const node = this.#parts.chain.lookup(hash);
    const sent = node === undefined ? undefined : this.#sent.get(peer)?.get(node);
    if (node === undefined || sent?.partial === undefined) return;
    const { partial } = sent;
    sent.partial = undefined;
    const standing = this.#standing(peer, node.hash);
    if (standing.isAsked) await this.#fill(peer, node, partial, transactions, standing);
  }

  forget(peer: Peer): void {
    this.#sent.delete(peer);
  }

  /** Blocks that have come, in whatever way; and what was begun of others and is no longer asked for. */
  forgetStored(): void {
    for (const [peer, blocks] of this.#sent) {
      for (const [node, sent] of blocks) {
        if (node.isStored) blocks.delete(node);
        else if (!this.#standing(peer, node.hash).isAsked) sent.partial = undefined;
      }
      if (blocks.size === 0) this.#sent.delete(peer);
    }
  }

  /** Undefined if nothing more is to be done. */
  async #acceptHeader(peer: Peer, { header }: CmpctBlockMessage): Promise<BlockNode | undefined> {
    const { chain } = this.#parts;
    const requests = this.#parts.requests();
    const hash = blockHash(header);
    const parent = chain.lookup(header.previousBlockHash);
    if (parent === undefined) {
      if (!chain.isInitialBlockDownload) requests.askForHeaders(peer);
      return undefined;
    }
    if (parent.chainWork + blockWork(header.bits) < requests.leastWork) {
      this.#log('debug', 'net', `Ignoring low-work compact block from peer ${peer.id}`);
      return undefined;
    }
    const { added, error } = await chain.processHeaders([header]);
    if (error !== undefined) throw PeerFault.of('compact-block', error);
    requests.peerHas(peer, hash, added > 0);
    const node = chain.lookup(hash);
    if (node !== undefined && added > 0) {
      const isCatchingUp = chain.isInitialBlockDownload;
      tellNewHeader(this.#log, node, peer, { isCatchingUp, way: 'cmpctblock ' });
    }
    return node;
  }

  async #assemble(
    peer: Peer,
    node: BlockNode,
    message: CmpctBlockMessage,
    standing: Standing & { readonly isFast: boolean },
  ): Promise<void> {
    const requests = this.#parts.requests();
    const begun = this.#begin(message);
    if (begun.kind === 'invalid') {
      requests.received(standing.hash, peer);
      throw new PeerFault('message', 'invalid-compact-block', 'invalid compact block');
    }
    if (begun.kind === 'failed') {
      this.#fallBack(peer, node, standing);
      return;
    }
    const { missing } = begun.block;
    if (missing.length === 0) {
      await this.#fill(peer, node, begun.block, [], standing);
    } else if (standing.isFirst || (standing.isFast && isWorthAsking(peer, standing))) {
      this.#sentBy(peer, node).partial = begun.block;
      peer.send({ command: 'getblocktxn', blockHash: standing.hash, indexes: missing });
    } else {
      requests.received(standing.hash, peer);
    }
  }

  /** The block is asked of others already. Perhaps nothing of it has to be asked for at all. */
  async #tryWithout(peer: Peer, node: BlockNode, message: CmpctBlockMessage): Promise<void> {
    const begun = this.#begin(message);
    if (begun.kind !== 'partial') return;
    const filled = fillPartialBlock(begun.block, [], this.#checksWitnesses(node));
    if (filled.kind !== 'complete') return;
    await this.#deliver(peer, node, filled.block);
  }

  async #fill(
    peer: Peer,
    node: BlockNode,
    partial: PartialBlock,
    received: readonly Transaction[],
    standing: Standing,
  ): Promise<void> {
    const requests = this.#parts.requests();
    const filled = fillPartialBlock(partial, received, this.#checksWitnesses(node));
    if (filled.kind === 'invalid') {
      requests.received(standing.hash, peer);
      const words = 'invalid compact block/non-matching block transactions';
      throw new PeerFault('message', 'invalid-blocktxn', words);
    }
    if (filled.kind === 'complete') this.#tellSuccess(node, partial, received.length);
    if (filled.kind === 'failed') this.#fallBack(peer, node, standing);
    else await this.#deliver(peer, node, filled.block);
  }

  #tellSuccess({ hash }: BlockNode, { transactions }: PartialBlock, requested: number): void {
    const counts = `${transactions.length - requested} txn from mempool and ${requested} txn requested`;
    const words = `Successfully reconstructed block ${toReversedHex(hash)} with ${counts}`;
    this.#log('debug', 'cmpctblock', words);
  }

  #deliver(peer: Peer, { hash }: BlockNode, block: Block): Promise<void> {
    this.#own.onBlock(peer, hash);
    return this.#parts.requests().deliver(peer, block, { via: 'compact' });
  }

  /** Short ids have collided. The first peer is asked for the whole block, and others need not be. */
  #fallBack(peer: Peer, node: BlockNode, { hash, isFirst }: Standing): void {
    if (isFirst) this.#parts.requests().requestFull(peer, node);
    else this.#parts.requests().received(hash, peer);
  }

  #begin(message: CmpctBlockMessage): BeginResult {
    return beginPartialBlock(message, { pool: this.#parts.pool.entries(), extra: this.#own.extra });
  }

  #standing(peer: Peer, hash: BlockHash): Standing {
    const askedOf = this.#parts.requests().askedOf(hash);
    const isFirst = askedOf.length === 0 || askedOf[0] === peer;
    return { hash, askedOf, isAsked: askedOf.includes(peer), isFirst };
  }

  #checksWitnesses(node: BlockNode): boolean {
    return node.height >= this.#parts.chain.params.consensus.buried.segwit;
  }

  #sentBy(peer: Peer, node: BlockNode): SentBlock {
    const blocks = this.#sent.get(peer) ?? new Map<BlockNode, SentBlock>();
    const sent = blocks.get(node) ?? { searches: 0, partial: undefined };
    this.#sent.set(peer, blocks.set(node, sent));
    return sent;
  }
}

/** The last of the three places is kept for a peer that we chose, as long as none is among the others. */
function isWorthAsking(peer: Peer, { askedOf }: Standing): boolean {
  return isOutbound(peer) || askedOf.some(isOutbound) || askedOf.length < MOST_ASKED - 1;
}
