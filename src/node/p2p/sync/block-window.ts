import type { BlockNode } from '../../chain/block-node.ts';
import { LIMITS } from '../limits.ts';
import type { InFlight } from './in-flight.ts';
import type { SyncChain } from './sync-parts.ts';
import type { SyncPeer } from './sync-peer.ts';

/** A limited peer (BIP159) has 288 blocks, of which two may go while they are asked for. */
const LIMITED_DEPTH = 288 - 2;
/**
 * Nodes are looked up so many at a time: they only know what is behind them. With one peer, what is on its
 * way or in hand takes up about as many, and the next ones follow.
 */
const STRETCH = 48;

export interface WindowFacts {
  readonly chain: SyncChain;
  readonly inFlight: InFlight;
  /** They have come and are on their way into the chain. */
  readonly inHand: ReadonlyMap<BlockNode, unknown>;
  /** Whether a peer is to be asked for a block that others have been asked for already. */
  readonly mayRepeat: (state: SyncPeer, node: BlockNode) => boolean;
}

export interface NextBlocks {
  readonly blocks: readonly BlockNode[];
  /** The peer whose block keeps the window where it is, if that leaves nothing to ask for. */
  readonly staller: SyncPeer | undefined;
}

const NOTHING: NextBlocks = { blocks: [], staller: undefined };

/**
 * The blocks to ask of a peer next: the first of its best branch that are missing here and asked of
 * nobody else, but none further than a window ahead of what is stored without gaps, so that a slow peer
 * cannot make us store blocks that wait for its one.
 *
 * @param state its `lastCommon` moves on
 */
export function nextBlocks(state: SyncPeer, count: number, facts: WindowFacts): NextBlocks {
  const { chain } = facts;
  state.resolveUnknown(chain);
  const { best } = state;
  const { tip, minimumChainWork } = chain;
  if (best === undefined || best.chainWork < tip.chainWork || best.chainWork < minimumChainWork) {
    return NOTHING;
  }
  if (state.lastCommon === best) return NOTHING;
  const guess = state.lastCommon ?? chain.blockAt(Math.min(best.height, tip.height));
  state.lastCommon = (guess ?? chain.genesis).forkWith(best);
  return state.lastCommon === best ? NOTHING : search(state, best, count, facts);
}

function search(
  state: SyncPeer,
  best: BlockNode,
  count: number,
  { chain, inFlight, inHand, mayRepeat }: WindowFacts,
): NextBlocks {
  const { buried } = chain.params.consensus;
  const blocks: BlockNode[] = [];
  let waitingFor: SyncPeer | undefined;
  const from = state.lastCommon?.height ?? 0;
  const windowEnd = from + LIMITS.blockWindow;
  for (const node of branchUpTo(best, from + 1, Math.min(best.height, windowEnd + 1))) {
    const isOfUse = state.servesWitnesses || node.height < buried.segwit;
    if (node.isFailed || !isOfUse) return { blocks, staller: undefined };
    if (node.isStored || chain.contains(node)) {
      if (node.chainTransactionCount > 0) state.lastCommon = node;
    } else if (inHand.has(node)) {
      // Nobody has to be waited for but ourselves.
    } else if (inFlight.has(node)) {
      waitingFor ??= inFlight.askedOf(node)[0];
      if (mayRepeat(state, node) && node.height <= windowEnd && blocks.length < count) {
        blocks.push(node);
      }
    } else if (node.height > windowEnd) {
      const isStalled = blocks.length === 0 && waitingFor !== state;
      return { blocks, staller: isStalled ? waitingFor : undefined };
    } else if (isServedBy(state, node, best) && !state.spoilt.has(node)) {
      blocks.push(node);
      if (blocks.length === count) return { blocks, staller: undefined };
    }
  }
  return { blocks, staller: undefined };
}

function isServedBy(state: SyncPeer, node: BlockNode, best: BlockNode): boolean {
  return !state.isLimited || best.height - node.height < LIMITED_DEPTH;
}

/** The blocks of a branch between two heights, upwards. */
function* branchUpTo(end: BlockNode, first: number, last: number): IterableIterator<BlockNode> {
  for (let from = first; from <= last; from += STRETCH) {
    const to = Math.min(last, from + STRETCH - 1);
    const stretch: BlockNode[] = [];
    for (let node = end.ancestor(to); node && node.height >= from; node = node.parent) {
      stretch.push(node);
    }
    yield* stretch.reverse();
  }
}
