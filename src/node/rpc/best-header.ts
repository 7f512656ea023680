/** The best header, as Bitcoin Core 28 tells of it. */
import type { BlockNode } from '../chain/block-node.ts';
import type { Chain } from '../chain/chain.ts';
import type { ChainEvent } from '../chain/chain-events.ts';

/**
 * When the best header goes with a block that somebody invalidates, Core 28 takes its tip instead, and
 * does not look again when the block is reconsidered. So it tells of fewer headers than blocks, until a
 * new one comes.
 */
interface Lag {
  header: BlockNode;
  /** The ends of all branches that there were: what is on one of them is no new header. */
  readonly known: readonly BlockNode[];
  readonly end: () => void;
}

const lags = new WeakMap<Chain, Lag>();

/**
 * The best header to tell of.
 *
 * @example
 * bestHeaderOf(chain).height // the `headers` of getblockchaininfo
 */
export function bestHeaderOf(chain: Chain): BlockNode {
  return lags.get(chain)?.header ?? chain.bestHeader;
}

/** Invalidates a block, as somebody wishes, and all that build on it. */
export async function invalidateByHand(node: BlockNode, chain: Chain): Promise<void> {
  const best = bestHeaderOf(chain);
  const rest = chain.contains(node) ? node.parent : chain.tip;
  const known = chain.tips().map((end) => end.node);
  await chain.invalidateBlock(node.hash);
  if (rest === undefined || !node.isAncestorOf(best)) return;
  lags.get(chain)?.end();
  const stop = chain.on((event) => follow(event, lag));
  const end = (): void => {
    stop();
    lags.delete(chain);
  };
  const lag: Lag = { header: rest, known, end };
  lags.set(chain, lag);
}

function follow(event: ChainEvent, lag: Lag): void {
  if (event.kind === 'forgotten') lag.end();
  if (event.kind !== 'header') return;
  const { node } = event;
  if (lag.known.some((end) => node.isAncestorOf(end))) return;
  if (node.chainWork > lag.header.chainWork) lag.header = node;
  if (lag.known.every((end) => end.chainWork <= node.chainWork)) lag.end();
}
