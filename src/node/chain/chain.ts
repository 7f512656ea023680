import { type Clock, unixTime } from '../../outside/clock/clock.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { BlockHeader } from '../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import type { CoinCache } from '../coins/coin-cache.ts';
import type { Log } from '../log/log.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import type { ScriptVerifier } from '../verify/script-verifier.ts';
import { type AcceptedBlock, acceptBlock } from './accept-block.ts';
import { type BlockArchive, missingBody } from './block-archive.ts';
import type { BlockNode } from './block-node.ts';
import type { BlockTree } from './block-tree.ts';
import { ChainError } from './chain-error.ts';
import type { ChainEvents } from './chain-events.ts';
import { type ChainMark, ChainMarks } from './chain-marks.ts';
import type { ChainOptions } from './chain-options.ts';
import { ChainReader } from './chain-reader.ts';
import type { CoinSnapshot, HeadersResult, ProcessBlockResult } from './chain-results.ts';
import type { CommandQueue } from './command-queue.ts';
import type { Flusher } from './flusher.ts';
import { prunedOnWayBack } from './follow-best-branch.ts';
import type { Pruner } from './pruner.ts';
import { tellInvalidChain, tellRefusedBlock, tellRefusedHeader } from './tell-refusal.ts';
import type { TipMover } from './tip-mover.ts';
import {
  requireSound,
  type VerifyChainRequest,
  type VerifyChainResult,
  verifyChain,
} from './verify-chain.ts';
import type { WorkSlices } from './work-slices.ts';

/** A promise for each header would take as long as half of its checks. */
const HEADERS_BETWEEN_LOOKS = 4;

type StartOptions = Pick<ChainOptions, 'checkBlocks' | 'checkLevel' | 'onProgress' | 'signal'>;

/** The parts that a chain is put together from. `startChain` does it. */
export interface ChainParts {
  readonly params: ChainParams;
  readonly minimumChainWork: bigint;
  readonly maxTipAgeSeconds: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly tree: BlockTree;
  readonly archive: BlockArchive;
  readonly coins: CoinCache;
  readonly coinStore: KeyValueStore;
  readonly verifier: ScriptVerifier;
  readonly events: ChainEvents;
  readonly commands: CommandQueue;
  readonly mover: TipMover;
  readonly flusher: Flusher;
  readonly slices: WorkSlices;
  readonly pruner: Pruner | undefined;
}

/**
 * The chain of blocks: takes headers and blocks in any order, follows the branch with the most work,
 * and keeps the coins of its tip.
 *
 * Commands change it; they are carried out one after the other, in the order in which they are given,
 * and what they answer is true when they answer. Reading is possible at any time.
 *
 * @example
 * const result = await chain.processBlock(bytes);
 * if (result.kind === 'rejected') console.log(result.error.message);
 */
export class Chain extends ChainReader {
  readonly #parts: ChainParts;
  readonly #marks: ChainMarks;
  #hasCaughtUp = false;

  constructor(parts: ChainParts) {
    super({ ...parts, pipeline: parts.mover.pipeline });
    this.#parts = parts;
    this.#marks = new ChainMarks(parts);
  }

  get params(): ChainParams {
    return this.#parts.params;
  }

  /** A chain with less work is not followed. */
  get minimumChainWork(): bigint {
    return this.#parts.minimumChainWork;
  }

  /**
   * Whether the chain is still far from the present: its tip is more than a day old (or `-maxtipage`), or has less work
   * than a real chain would. Once it is not, it never is again.
   */
  get isInitialBlockDownload(): boolean {
    const { tip } = this;
    this.#hasCaughtUp ||=
      tip.chainWork >= this.minimumChainWork &&
      tip.time >= unixTime(this.#parts.clock) - this.#parts.maxTipAgeSeconds;
    return !this.#hasCaughtUp;
  }

  /**
   * Takes headers, each building on the one before it or on one that is known.
   *
   * @example
   * const { last, error } = await chain.processHeaders(headers);
   */
  async processHeaders(headers: readonly BlockHeader[]): Promise<HeadersResult> {
    const { tree, clock, commands, flusher, slices } = this.#parts;
    commands.check();
    const before = this.bestHeader;
    let last: BlockNode | undefined;
    let added = 0;
    let error: RuleError | undefined;
    const now = unixTime(clock);
    for (const [i, header] of headers.entries()) {
      if (i % HEADERS_BETWEEN_LOOKS === 0) await slices.next();
      try {
        const { node, isNew } = tree.acceptHeader(header, now);
        last = node;
        if (isNew) added++;
      } catch (thrown) {
        if (!(thrown instanceof RuleError)) throw thrown;
        error = thrown;
        tellRefusedHeader(this.#parts.log, header, error);
        break;
      }
    }
    if (added > 0) flusher.touch();
    await this.#announceHeader(before);
    return error === undefined ? { last, added } : { last, added, error };
  }

  /**
   * Takes a block, whichever it is, and goes to the best branch. It may be called again before it has
   * answered: blocks are then connected while those before them are still being verified. Bytes are kept
   * for a while, and must not change.
   *
   * @param options.requested whether somebody asked for the block; one that comes by itself is not
   *   stored unless it is of use now
   * @param options.hash the hash of its header, if whoever offers it has computed that from these bytes
   */
  async processBlock(
    offered: Uint8Array | Block,
    options: { readonly requested?: boolean; readonly hash?: BlockHash } = {},
  ): Promise<ProcessBlockResult> {
    const { commands, mover } = this.#parts;
    const { accepted, head } = await commands.run(async () => {
      const accepted = await this.#accept(offered, options);
      if (accepted.kind === 'stored') await mover.follow({ atHand: accepted });
      return { accepted, head: mover.pipeline.head };
    });
    if (accepted.kind !== 'stored') return accepted;
    const { node } = accepted;
    await mover.settled(head);
    if (node.isFailed) {
      return {
        kind: 'rejected',
        error: this.failureOf(node) ?? new RuleError('bad-prevblk', 'invalid'),
      };
    }
    return { kind: this.contains(node) ? 'connected' : 'sidechain', node };
  }

  /** Treats a block, and all that build on it, as invalid, and goes to the best of the others. */
  invalidateBlock(hash: Uint8Array): Promise<void> {
    const { tree, mover } = this.#parts;
    return this.#choose(hash, async (node) => {
      if (node.parent === undefined) {
        throw new ChainError('genesis', 'the first block of a chain cannot be invalid');
      }
      if (this.contains(node)) {
        const pruned = prunedOnWayBack(this.tip, node.parent);
        if (pruned !== undefined) throw missingBody(pruned);
        await mover.stepBackTo(node.parent);
      }
      tree.fail(node, new RuleError('invalidated', 'invalid', 'by hand'));
      tellInvalidChain(this.#parts.log, node, this.tip);
      tree.reconsiderAll();
    });
  }

  /** Forgets that a block, those that build on it and those that it builds on were found invalid. */
  reconsiderBlock(hash: Uint8Array): Promise<void> {
    return this.#choose(hash, async (node) => this.#parts.tree.forgive(node));
  }

  /** Prefers a block to others of the same work, as if it had come before them. */
  preciousBlock(hash: Uint8Array): Promise<void> {
    return this.#choose(hash, async (node) => {
      if (node.chainWork >= this.tip.chainWork) this.#parts.tree.prefer(node);
    });
  }

  /**
   * Remembers what is known now, so that {@link revertTo} can put the chain back to it. A mark takes memory
   * for every block that is known, until it is released.
   */
  mark(): Promise<ChainMark> {
    return this.#parts.commands.run(() => this.#marks.make(() => !this.isInitialBlockDownload));
  }

  /**
   * Puts the chain back to what it was when it was marked. It goes there by disconnecting and connecting
   * blocks, and listeners hear of that. What has become known since is forgotten: the same block is a
   * new one when it comes again, and what was said of a block by hand is as it was.
   *
   * The same mark can be reverted to many times. Those that were made after it are gone. Whoever sends
   * headers or blocks meanwhile may find that they are forgotten, or come after it.
   *
   * @throws ChainError `unknown-mark`; or `no-block`, if a block on the way has been pruned since
   * @example
   * const mark = await chain.mark();
   * await chain.processBlock(raw);
   * await chain.revertTo(mark); // the block is not known any more
   */
  revertTo(mark: ChainMark): Promise<void> {
    return this.#parts.commands.run(async () => {
      this.#hasCaughtUp = await this.#marks.revertTo(mark);
    });
  }

  /** Lets go of a mark: it cannot be reverted to any more. */
  releaseMark(mark: ChainMark): void {
    this.#marks.release(mark);
  }

  /**
   * Checks the last blocks once more. Everything else waits meanwhile.
   *
   * @example
   * const { checked, failure } = await chain.verify({ level: 4, blocks: 100 });
   */
  verify(request: Omit<VerifyChainRequest, 'tip'>): Promise<VerifyChainResult> {
    const { commands, mover } = this.#parts;
    return commands.run(async () => {
      await mover.pipeline.drain();
      return this.#verify(request);
    });
  }

  /**
   * All coins as they are after the tip, which stay so for whoever reads them. Release the snapshot.
   *
   * @example
   * const { snapshot, tip } = await chain.snapshotCoins();
   */
  snapshotCoins(): Promise<CoinSnapshot> {
    const { coinStore, commands, flusher } = this.#parts;
    return commands.run(async () => {
      await flusher.flush();
      return { snapshot: coinStore.snapshot(), tip: this.tip };
    });
  }

  /** Whether old blocks may be removed. */
  get isPruning(): boolean {
    return this.#parts.pruner !== undefined;
  }

  /** The bytes that block files may take up; undefined if only somebody who asks has them removed. */
  get pruneTargetBytes(): number | undefined {
    return this.#parts.pruner?.targetBytes;
  }

  /**
   * Removes the files of blocks up to a height, but for the last 288 blocks and what somebody holds.
   * Files go as a whole, so that some of these blocks may stay.
   *
   * @throws ChainError `no-prune` if the chain was not opened for that
   */
  pruneTo(height: number): Promise<void> {
    const { commands, flusher } = this.#parts;
    return commands.run(async () => {
      this.#requirePruner();
      await flusher.prune(height);
    });
  }

  /** Keeps blocks above a height, which is asked for each time, from being pruned. */
  holdPruning(height: () => number): () => void {
    return this.#parts.pruner?.hold(height) ?? (() => {});
  }

  #requirePruner(): Pruner {
    const { pruner } = this.#parts;
    if (pruner !== undefined) return pruner;
    throw new ChainError('no-prune', 'this chain keeps all its blocks; open it with prune');
  }

  /** Resolves when everything up to the present tip will survive a loss of power. */
  flush(): Promise<void> {
    return this.#parts.commands.run(() => this.#parts.flusher.flush());
  }

  /**
   * Looks at the last blocks once more, and goes from there to the best branch that is stored.
   * `startChain` calls it.
   *
   * @throws ChainError `stopped` if the signal comes before that is done
   */
  start(options: StartOptions): Promise<void> {
    const { checkBlocks: blocks = 6, checkLevel: level = 3, onProgress, signal } = options;
    const { commands, mover } = this.#parts;
    return commands.run(async () => {
      const onCheck = (done: number, total: number): void => {
        onProgress?.({ kind: 'checking', done, total });
      };
      requireSound(await this.#verify({ blocks, level, onProgress: onCheck }));
      await this.#leaveFailedBranch();
      await mover.follow({
        onStep: (node) => {
          if (signal?.aborted === true) throw new ChainError('stopped', 'the start was called off');
          onProgress?.({ kind: 'connecting', done: node.height, total: this.bestHeader.height });
        },
      });
      await mover.pipeline.drain();
      await mover.announce();
    });
  }

  /** Somebody called a block invalid, and the coins were not written any more after that. */
  async #leaveFailedBranch(): Promise<void> {
    const { tree, mover } = this.#parts;
    let sound = this.tip;
    for (let node: BlockNode | undefined = sound; node?.isFailed; node = node.parent) {
      sound = node.parent ?? node;
    }
    if (sound === this.tip) return;
    await mover.goBackTo(sound);
    tree.reconsiderAll();
  }

  /** Writes everything, and ends. What is asked of the chain later fails. */
  close(): Promise<void> {
    const { archive, commands, flusher, verifier } = this.#parts;
    return commands.runLast(async () => {
      try {
        if (!commands.isHalted) await flusher.flush();
      } finally {
        await flusher.stop();
        await verifier.close();
        await archive.close();
      }
    });
  }

  #verify(request: Omit<VerifyChainRequest, 'tip'>): Promise<VerifyChainResult> {
    const { archive, coins, flusher, params, slices, verifier } = this.#parts;
    const makeRoom = (): Promise<void> => flusher.flushIfFull();
    return verifyChain(
      { params: params.consensus, archive, coins, verifier, slices, makeRoom },
      { ...request, tip: this.tip },
    );
  }

  async #accept(
    offered: Uint8Array | Block,
    { requested = true, hash }: { readonly requested?: boolean; readonly hash?: BlockHash },
  ): Promise<AcceptedBlock> {
    const { archive, clock, minimumChainWork, params, slices, tree } = this.#parts;
    const before = this.bestHeader;
    const accepted = await acceptBlock(offered, {
      tree,
      params: params.consensus,
      now: unixTime(clock),
      requested,
      hash,
      minimumChainWork,
      slices,
      store: (node, raw) => archive.storeBlock(node, raw),
    });
    tellRefusedBlock(this.#parts.log, accepted);
    await this.#announceHeader(before);
    return accepted;
  }

  /** Makes a choice between branches by hand, and follows it. */
  async #choose(hash: Uint8Array, choose: (node: BlockNode) => Promise<void>): Promise<void> {
    const { commands, flusher, mover } = this.#parts;
    const head = await commands.run(async () => {
      const node = this.lookup(hash);
      if (node === undefined) {
        throw new ChainError('unknown-block', `there is no block ${toReversedHex(hash)}`);
      }
      await mover.pipeline.drain();
      await choose(node);
      flusher.touch();
      await mover.follow();
      await mover.announce();
      return mover.pipeline.head;
    });
    await mover.settled(head);
  }

  async #announceHeader(before: BlockNode): Promise<void> {
    const { bestHeader } = this;
    if (bestHeader === before) return;
    await this.#parts.events.emit({ kind: 'header', node: bestHeader });
  }
}
