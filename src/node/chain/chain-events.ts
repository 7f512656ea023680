import type { BlockUndo } from '../../protocol/consensus/connect-block.ts';
import type { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { TaskQueue } from '../storage/task-queue.ts';
import type { BlockNode } from './block-node.ts';

/**
 * What happens to the chain, in the order in which it happens.
 *
 * - `header`: the branch of headers with the most work has a new end.
 * - `connected`: a block has become the tip. It has been verified, scripts and all.
 * - `disconnected`: a block was the tip, and now its parent is.
 * - `tip`: nothing more is under way; this is the tip for now.
 * - `steppedBack`: somebody has the chain go back by hand. This is the tip, after so many blocks.
 * - `refused`: a block that had been stored turned out to break a rule.
 * - `flushed`: a loss of power would leave the chain with this tip or a later one.
 * - `forgetting`: the chain is back at a mark, and about to forget the blocks that came after it. Whoever
 *   lags behind needs them for the last time, and is waited for.
 * - `forgotten`: these blocks are no longer known. Some may still be by their headers, without a body.
 */
export type ChainEvent =
  | { readonly kind: 'header'; readonly node: BlockNode }
  | (BlockEvent & { readonly kind: 'connected' })
  | (BlockEvent & { readonly kind: 'disconnected' })
  | { readonly kind: 'tip'; readonly node: BlockNode }
  | { readonly kind: 'steppedBack'; readonly node: BlockNode; readonly steps: number }
  | RefusedEvent
  | { readonly kind: 'flushed'; readonly node: BlockNode }
  | { readonly kind: 'forgetting'; readonly node: BlockNode }
  | ForgottenEvent;

interface ForgottenEvent {
  readonly kind: 'forgotten';
  /** The tip that the chain is back at. */
  readonly node: BlockNode;
  readonly nodes: ReadonlySet<BlockNode>;
}

interface RefusedEvent {
  readonly kind: 'refused';
  readonly node: BlockNode;
  readonly error: RuleError;
  /** If scripts fail: whose. */
  readonly txid?: Txid;
}

interface BlockEvent {
  readonly node: BlockNode;
  readonly block: Block;
  /** The coins that the block spent. */
  readonly undo: BlockUndo;
}

/**
 * Hears of changes to the chain. What it gives back is waited for, before the next event and before
 * the command that caused the change is answered. So it may read from the chain, but must not wait
 * for a command: that one would wait for it.
 */
export type ChainListener = (event: ChainEvent) => void | Promise<void>;

/** Tells listeners, one after the other, in the order in which they came. */
export class ChainEvents {
  readonly #listeners = new Set<ChainListener>();
  readonly #queue = new TaskQueue();

  /** Adds a listener; what it gives back removes it. */
  on(listener: ChainListener): () => void {
    // A function that is added twice is two listeners.
    const entry: ChainListener = (event) => listener(event);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /** Resolves when all listeners have dealt with the event, and with all before it. */
  async emit(event: ChainEvent): Promise<void> {
    if (this.#listeners.size === 0) return;
    await this.#queue.run(async () => {
      for (const listener of this.#listeners) {
        const waiting = listener(event);
        // Most have nothing to wait for, and there are many of them for every block.
        if (waiting !== undefined) await waiting;
      }
    });
  }
}
