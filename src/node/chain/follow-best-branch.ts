import type { RuleError } from '../../protocol/consensus/rule-error.ts';
import { REINDEX, StorageError } from '../storage/storage-error.ts';
import type { LoadedBlock } from './accept-block.ts';
import type { BlockArchive } from './block-archive.ts';
import type { BlockNode } from './block-node.ts';
import type { BlockTree } from './block-tree.ts';
import type { ConnectPipeline } from './connect-pipeline.ts';
import type { WorkSlices } from './work-slices.ts';

/** After so many blocks it is asked again where to go: on a long way a block may have failed. */
const MOST_STEPS = 1024;
/** Blocks that are read from the disk while others are being connected. */
const READ_AHEAD = 8;

export interface FollowParts {
  readonly tree: BlockTree;
  readonly pipeline: ConnectPipeline;
  readonly archive: BlockArchive;
  readonly slices: WorkSlices;
  /** A block that was to be connected breaks a rule. */
  readonly onFailure: (node: BlockNode, error: RuleError) => Promise<void>;
  /** Called after every block that was connected or disconnected: makes room where there is need. */
  readonly afterStep: () => Promise<void>;
}

/** One way to the best branch. */
export interface Trip {
  /** A block that is in memory already. */
  readonly atHand?: { readonly node: BlockNode } & LoadedBlock;
  /** Hears of every block that has been connected. What it throws ends the trip. */
  readonly onStep?: (node: BlockNode) => void;
}

/**
 * Goes to the best branch that is known: back to where it leaves the present one, then forward. When
 * it resolves, the last blocks may still be under way in the pipeline.
 */
export async function followBestBranch(parts: FollowParts, trip: Trip = {}): Promise<void> {
  const { tree, pipeline } = parts;
  for (;;) {
    const target = bestWholeBranch(tree, pipeline.head);
    if (target === pipeline.head) return;
    const fork = target.forkWith(pipeline.head);
    if (fork === pipeline.head) await goForward(parts, target, trip);
    else await goBack(parts, fork);
  }
}

/** Disconnects blocks until this one is the tip. */
export async function goBack(
  { pipeline, slices, afterStep }: FollowParts,
  fork: BlockNode,
): Promise<void> {
  const from = pipeline.head;
  await pipeline.drain();
  // Something under way has failed: the way may be another one now.
  if (pipeline.head !== from) return;
  const pruned = prunedOnWayBack(from, fork);
  if (pruned !== undefined) throw tooDeep(pruned);
  while (pipeline.head !== fork) {
    await slices.next();
    await pipeline.disconnectTip();
    await afterStep();
  }
}

/**
 * Goes to a block that was the tip before, be it the best one or not. Nothing must be under way, and
 * nothing is when it resolves.
 */
export async function goTo(parts: FollowParts, target: BlockNode): Promise<void> {
  const { pipeline } = parts;
  await goBack(parts, target.forkWith(pipeline.head));
  const surely: FollowParts = {
    ...parts,
    onFailure: async (node, error) => {
      throw brokenSince(node, error.message);
    },
  };
  while (pipeline.head !== target) {
    const { head } = pipeline;
    await goForward(surely, target, {});
    await pipeline.drain();
    if (pipeline.head === head) throw brokenSince(target, 'its scripts fail');
  }
}

/** A block whose body is missing on the way from one block to another, be that back or forth. */
export function missingOnWay(from: BlockNode, to: BlockNode): BlockNode | undefined {
  const fork = from.forkWith(to);
  const pruned = prunedOnWayBack(from, fork);
  if (pruned !== undefined) return pruned;
  for (let node = to; node !== fork; node = node.parent as BlockNode) {
    if (!node.isStored) return node;
  }
  return undefined;
}

/** A block that cannot be disconnected on the way back, because it has been pruned. */
export function prunedOnWayBack(from: BlockNode, to: BlockNode): BlockNode | undefined {
  for (let node = from; node !== to; node = node.parent as BlockNode) {
    if (!node.isStored || !node.hasUndo) return node;
  }
  return undefined;
}

async function goForward(
  parts: FollowParts,
  target: BlockNode,
  { atHand, onStep }: Trip,
): Promise<void> {
  const { pipeline, archive, slices } = parts;
  const way = wayTo(target, pipeline.head);
  const load = (node: BlockNode | undefined): Promise<LoadedBlock> | LoadedBlock | undefined => {
    if (node === undefined) return undefined;
    if (node === atHand?.node) return atHand;
    const reading = archive.readBlock(node);
    reading.catch(() => {});
    return reading;
  };
  const ahead = way.slice(0, READ_AHEAD).map(load);
  for (const [i, node] of way.entries()) {
    await slices.next();
    const loaded = await ahead[i % READ_AHEAD];
    ahead[i % READ_AHEAD] = load(way[i + READ_AHEAD]);
    if (loaded === undefined || pipeline.head !== node.parent) return;
    const outcome = await pipeline.connect(node, loaded);
    if (outcome === 'interrupted') return;
    if (outcome !== 'connected') {
      await parts.onFailure(node, outcome);
      return;
    }
    await parts.afterStep();
    onStep?.(node);
  }
}

/** The next blocks on the way to one that builds on `from`. */
function wayTo(target: BlockNode, from: BlockNode): readonly BlockNode[] {
  const end = target.ancestor(Math.min(target.height, from.height + MOST_STEPS)) as BlockNode;
  const way: BlockNode[] = [];
  for (let node = end; node !== from; node = node.parent as BlockNode) way.push(node);
  return way.reverse();
}

/**
 * The best of the candidates. One that leads over a block whose body was pruned is none until that
 * body is here again.
 */
function bestWholeBranch({ active, candidates }: BlockTree, head: BlockNode): BlockNode {
  for (let best = candidates.best; best !== undefined; best = candidates.best) {
    let node = best;
    while (node !== head && node.isStored && !active.contains(node))
      node = node.parent as BlockNode;
    if (node === head || active.contains(node)) return best;
    candidates.remove(best);
  }
  return head;
}

/** The coins are not what they were when the block was connected to them. */
function brokenSince({ height }: BlockNode, what: string): StorageError {
  const message = `block ${height} was connected before, and now it cannot be: ${what}; ${REINDEX}`;
  return new StorageError('corrupt', 'chainstate', message);
}

/** Not even Bitcoin Core can go back further than what it has pruned. */
function tooDeep({ height }: BlockNode): StorageError {
  const message = `the best branch leaves this one below block ${height}, which has been pruned; ${REINDEX}`;
  return new StorageError('corrupt', 'blocks', message);
}
