import { missingBody } from './block-archive.ts';
import type { BlockNode } from './block-node.ts';
import type { BlockTree } from './block-tree.ts';
import { ChainError } from './chain-error.ts';
import type { ChainEvents } from './chain-events.ts';
import type { Flusher } from './flusher.ts';
import { missingOnWay } from './follow-best-branch.ts';
import type { TipMover } from './tip-mover.ts';
import type { TreeMemory } from './tree-memory.ts';

/** A moment in the life of a chain, to which it can be put back. */
export interface ChainMark {
  /** The tip at that moment. */
  readonly tip: BlockNode;
}

interface Remembered {
  readonly tree: TreeMemory;
  readonly hasCaughtUp: boolean;
}

export interface MarkParts {
  readonly tree: BlockTree;
  readonly mover: TipMover;
  readonly flusher: Flusher;
  readonly events: ChainEvents;
}

/**
 * The marks that a chain can be put back to. Each takes memory for every block that is known, and none
 * outlives the process. Whoever calls waits for the turn of a command.
 */
export class ChainMarks {
  readonly #parts: MarkParts;
  /** The oldest first. */
  readonly #marks = new Map<ChainMark, Remembered>();

  constructor(parts: MarkParts) {
    this.#parts = parts;
  }

  /** @param hasCaughtUp what the chain has found out about its age */
  async make(hasCaughtUp: () => boolean): Promise<ChainMark> {
    await this.#rest();
    const { tree } = this.#parts;
    const mark: ChainMark = { tip: tree.tip };
    this.#marks.set(mark, { tree: tree.remember(), hasCaughtUp: hasCaughtUp() });
    return mark;
  }

  release(mark: ChainMark): void {
    this.#marks.delete(mark);
  }

  /**
   * Goes to the tip of a mark, as the chain always goes from one tip to another; then forgets.
   *
   * The order is such that a crash leaves the chain at the mark, or as it was before: the coins are
   * flushed at the tip of the mark while the index still knows everything, which a start would go to
   * again. Then one batch takes from the index all that is to be forgotten.
   *
   * @returns whether the chain had caught up with the present
   */
  async revertTo(mark: ChainMark): Promise<boolean> {
    const remembered = this.#marks.get(mark);
    if (remembered === undefined) throw unknownMark();
    const { tree, mover, flusher, events } = this.#parts;
    await mover.pipeline.drain();
    const missing = missingOnWay(tree.tip, mark.tip);
    if (missing !== undefined) throw missingBody(missing);
    this.#dropLaterThan(mark);
    const { bestHeader } = tree;
    await mover.goTo(mark.tip);
    await flusher.flush();
    await events.emit({ kind: 'forgetting', node: mark.tip });
    const nodes = tree.recall(remembered.tree);
    await events.emit({ kind: 'forgotten', node: mark.tip, nodes });
    await flusher.forget(nodes);
    if (tree.bestHeader !== bestHeader) {
      await events.emit({ kind: 'header', node: tree.bestHeader });
    }
    await this.#rest();
    return remembered.hasCaughtUp;
  }

  #dropLaterThan(mark: ChainMark): void {
    const marks = [...this.#marks.keys()];
    for (const later of marks.slice(marks.indexOf(mark) + 1)) this.#marks.delete(later);
  }

  /** Waits until nothing is under way, and the best branch is followed. */
  async #rest(): Promise<void> {
    const { mover } = this.#parts;
    await mover.pipeline.drain();
    await mover.follow();
    await mover.pipeline.drain();
    await mover.announce();
  }
}

function unknownMark(): ChainError {
  const message =
    'the chain does not know this mark: it was released, or an earlier one was reverted to, or it is of another chain';
  return new ChainError('unknown-mark', message);
}
