import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import {
  NODE_NETWORK,
  NODE_NETWORK_LIMITED,
  NODE_WITNESS,
} from '../../../protocol/wire/services.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { ChainReader } from '../../chain/chain-reader.ts';
import { isOutbound, type Peer } from '../peer/peer.ts';
import type { HeaderPresync } from './header-presync.ts';

/** What the download of headers and blocks knows of a peer. Moments are of the monotonic clock. */
export class SyncPeer {
  readonly peer: Peer;
  /** It has blocks to give, all or the last ones. */
  readonly servesBlocks: boolean;
  /** It has the last 288 blocks only (BIP159). */
  readonly isLimited: boolean;
  readonly servesWitnesses: boolean;
  /** We chose it, so it is less likely to be an attacker's: blocks are asked of it first. */
  readonly isPreferred: boolean;

  /** The block with the most work that it has, as far as we know. */
  best: BlockNode | undefined;
  /** What it announced last that we have no header of. */
  unknown: BlockHash | undefined;
  /** The last header that we sent to it. */
  headerSent: BlockNode | undefined;
  /** Up to here, its best branch is stored here. */
  lastCommon: BlockNode | undefined;
  /** It wants new blocks announced by their headers, and was told that we do (BIP130). */
  wantsHeaders = false;
  saidSendHeaders = false;

  /** It was asked for all headers, and by when it has to have given them. */
  isSyncing = false;
  /** It has said, by an answer that is not full, that these were all headers that it has. */
  hasGivenAll = false;
  headersDue: number | undefined;
  /** When it was asked for headers that it has not yet given. */
  headersAskedAt: number | undefined;
  /** An announcement made us ask it, before it was its turn. */
  wasAskedEarly = false;
  presync: HeaderPresync | undefined;
  /** How many of its headers did not connect to anything. */
  unconnected = 0;

  /** What it was asked for and has not given, oldest first. */
  readonly inFlight = new Set<BlockNode>();
  downloadingSince = 0;
  stallingSince: number | undefined;
  /** Blocks of which it gave wrong bytes: they are not asked of it again, unless it tells of them anew. */
  readonly spoilt = new Set<BlockNode>();

  /** See {@link OutdatedPeers}. */
  isProtected = false;
  chainDue: number | undefined;
  chainGoal: BlockNode | undefined;
  wasAskedForChain = false;
  /** Unix time of the last block that it was first to tell us; 0 before. */
  lastAnnouncement = 0;

  constructor(peer: Peer) {
    const { services } = peer.version;
    const has = (service: bigint): boolean => (services & service) !== 0n;
    this.peer = peer;
    this.servesBlocks = has(NODE_NETWORK) || has(NODE_NETWORK_LIMITED);
    this.isLimited = !has(NODE_NETWORK) && has(NODE_NETWORK_LIMITED);
    this.servesWitnesses = has(NODE_WITNESS);
    this.isPreferred =
      (isOutbound(peer) || peer.permissions.has('noban')) &&
      peer.kind !== 'addr-fetch' &&
      this.servesBlocks;
  }

  /** What it was asked for first, and has not given yet. */
  get oldestInFlight(): BlockNode | undefined {
    return this.inFlight.values().next().value;
  }

  /** What it announced may have become known meanwhile, through another peer. */
  resolveUnknown(chain: Pick<ChainReader, 'lookup'>): void {
    if (this.unknown === undefined) return;
    const node = chain.lookup(this.unknown);
    if (node === undefined) return;
    this.unknown = undefined;
    this.#has(node);
  }

  /** It says that it has a block. */
  has(hash: Uint8Array, chain: Pick<ChainReader, 'lookup'>): void {
    this.resolveUnknown(chain);
    const node = chain.lookup(hash);
    if (node === undefined) this.unknown = hash.slice() as BlockHash;
    else this.#has(node);
  }

  /** The chain no longer knows these blocks. The peer still has them, and may tell of them again. */
  forget(nodes: ReadonlySet<BlockNode>): void {
    const { best } = this;
    if (best !== undefined && nodes.has(best)) this.unknown ??= best.hash.slice() as BlockHash;
    this.best = lastKept(best, nodes);
    this.headerSent = lastKept(this.headerSent, nodes);
    for (const node of this.spoilt) if (nodes.has(node)) this.spoilt.delete(node);
    this.chainGoal = lastKept(this.chainGoal, nodes);
    // Of blocks that are still known, bodies may be gone as well.
    this.lastCommon = undefined;
    if (this.presync !== undefined) this.headersAskedAt = undefined;
    this.presync = undefined;
  }

  /** Whether it has a header: since it told us, or we told it. */
  hasHeader(node: BlockNode): boolean {
    const { best, headerSent } = this;
    return (
      (best !== undefined && node.isAncestorOf(best)) ||
      (headerSent !== undefined && node.isAncestorOf(headerSent))
    );
  }

  #has(node: BlockNode): void {
    if (this.best === undefined || node.chainWork >= this.best.chainWork) this.best = node;
  }
}

function lastKept(
  last: BlockNode | undefined,
  gone: ReadonlySet<BlockNode>,
): BlockNode | undefined {
  let node = last;
  while (node !== undefined && gone.has(node)) node = node.parent;
  return node;
}
