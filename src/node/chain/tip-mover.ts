import type { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { ScriptVerifier } from '../verify/script-verifier.ts';
import type { BlockArchive } from './block-archive.ts';
import type { BlockNode } from './block-node.ts';
import type { BlockTree } from './block-tree.ts';
import type { ChainEvents } from './chain-events.ts';
import type { CommandQueue } from './command-queue.ts';
import { ConnectPipeline } from './connect-pipeline.ts';
import {
  type FollowParts,
  followBestBranch,
  goBack,
  goTo,
  type Trip,
} from './follow-best-branch.ts';
import type { LedgerSet } from './ledger-set.ts';
import type { WorkSlices } from './work-slices.ts';

export interface TipMoverParts {
  readonly tree: BlockTree;
  readonly archive: BlockArchive;
  readonly ledgers: LedgerSet;
  readonly verifier: ScriptVerifier;
  readonly events: ChainEvents;
  readonly commands: CommandQueue;
  readonly slices: WorkSlices;
  /** Whether the scripts of a block need not be run. */
  readonly isAssumedValid: (node: BlockNode) => boolean;
  /** Something has changed that is to be written some time. */
  readonly onChange: () => void;
  /** Writes what has changed, if there is no room in memory for more. */
  readonly makeRoom: () => Promise<void>;
}

/**
 * Moves the tip to where the best branch ends, says so, and goes on to the next best when a block on
 * the way turns out to break a rule. Everything here is done within a command.
 */
export class TipMover {
  readonly pipeline: ConnectPipeline;
  readonly #parts: TipMoverParts;
  readonly #following: FollowParts;
  /** Going on to another branch, after a block that was under way has failed. */
  #recovery: Promise<void> | undefined;
  #announced: BlockNode | undefined;

  constructor(parts: TipMoverParts) {
    const { tree, archive, ledgers, verifier, events, commands, slices } = parts;
    this.#parts = parts;
    this.#announced = tree.tip;
    this.pipeline = new ConnectPipeline({
      tree,
      archive,
      ledgers,
      verifier,
      events,
      slices,
      isAssumedValid: parts.isAssumedValid,
      onFailure: (node, error, txid) => this.#recover(node, error, txid),
      onRest: () => this.announce(),
      onBroken: (error) => commands.halt(error),
    });
    this.#following = {
      tree,
      archive,
      slices,
      pipeline: this.pipeline,
      onFailure: async (node, error) => {
        tree.fail(node, error);
        await events.emit({ kind: 'refused', node, error });
      },
      afterStep: async () => {
        commands.check();
        parts.onChange();
        await parts.makeRoom();
      },
    };
  }

  /** Goes to the best branch. The last blocks may still be under way then. */
  follow(trip?: Trip): Promise<void> {
    return followBestBranch(this.#following, trip);
  }

  /** Disconnects blocks until this one is the tip. */
  goBackTo(node: BlockNode): Promise<void> {
    return goBack(this.#following, node);
  }

  /** Disconnects blocks until this one is the tip, and has the others catch up after each of them. */
  async stepBackTo(node: BlockNode): Promise<void> {
    const { events } = this.#parts;
    await this.pipeline.drain();
    for (let steps = 1; this.pipeline.head !== node; steps++) {
      const parent = this.pipeline.head.parent as BlockNode;
      await goBack(this.#following, parent);
      await events.emit({ kind: 'steppedBack', node: parent, steps });
    }
  }

  /** Goes to a block that was the tip before. Nothing must be under way. */
  async goTo(node: BlockNode): Promise<void> {
    if (node === this.pipeline.head) return;
    // Whoever has heard of blocks that go waits to hear where it ends, be it where it began.
    this.#announced = undefined;
    await goTo(this.#following, node);
  }

  /** Resolves when the fate of all blocks up to this one is known, and the best branch is followed. */
  async settled(head: BlockNode): Promise<void> {
    await this.pipeline.landed(head);
    while (this.#recovery !== undefined) await this.#recovery;
    this.#parts.commands.check();
  }

  /** Says where the tip is, once nothing is under way. */
  async announce(): Promise<void> {
    const { tree, events } = this.#parts;
    const { tip, candidates } = tree;
    if (tip === this.#announced || tip !== candidates.best) return;
    this.#announced = tip;
    await events.emit({ kind: 'tip', node: tip });
  }

  /** A block under way has failed: goes on to the next best branch, when it is its turn. */
  #recover(node: BlockNode, error: RuleError, txid: Txid): void {
    const { tree, events, commands } = this.#parts;
    tree.fail(node, error);
    const recovery = commands
      .run(async () => {
        await events.emit({ kind: 'refused', node, error, txid });
        await this.follow();
        await this.pipeline.drain();
        await this.announce();
      })
      // What ends everything is told to whoever waits for a block.
      .catch(() => {})
      .finally(() => {
        if (this.#recovery === recovery) this.#recovery = undefined;
      });
    this.#recovery = recovery;
  }
}
