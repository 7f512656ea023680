import type { Entropy } from '../../outside/entropy/entropy.ts';
import { fromReversedHex } from '../../protocol/bytes/hex.ts';
import { checkHeaderSanity } from '../../protocol/consensus/check-block.ts';
import { checkHeaderContext } from '../../protocol/consensus/header-context.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { type BlockHeader, encodeBlockHeader } from '../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { ActiveChain } from './active-chain.ts';
import type { BlockNode } from './block-node.ts';
import { FAILED, FAILED_MASK, FAILED_PARENT } from './block-status.ts';
import { BranchCandidates, compareBranches } from './branch-candidates.ts';
import { HeaderTree, withDescendants } from './header-tree.ts';
import { recallNode, rememberNode, type TreeMemory } from './tree-memory.ts';

/** The chain that is followed has the first number, whatever else was on the disk the second. */
const SEQUENCE_OF_ACTIVE = 0;
const SEQUENCE_FROM_DISK = 1;

export interface AcceptedHeader {
  readonly node: BlockNode;
  readonly isNew: boolean;
}

/**
 * What is known of all blocks, and which branch is followed: everything about the choice of a branch
 * that needs no block and no coin. It only thinks; others move the tip, and tell it.
 */
export class BlockTree {
  readonly headers: HeaderTree;
  readonly active: ActiveChain;
  readonly candidates = new BranchCandidates();
  /** The nodes that are to be written to the disk. */
  readonly changed = new Set<BlockNode>();
  readonly #params: ChainParams;
  #leaves = new Set<BlockNode>();
  readonly #checkpoints: ReadonlyMap<number, Uint8Array>;
  #failures = new Map<BlockNode, RuleError>();
  #bestHeader: BlockNode;
  #lastCheckpoint = 0;
  #nextSequence = SEQUENCE_FROM_DISK + 1;
  #nextPrecious = -1;
  #preciousWork = 0n;

  constructor(params: ChainParams, entropy: Entropy) {
    const { header } = params.genesis;
    this.#params = params;
    this.headers = new HeaderTree({ header, hash: blockHash(header) }, entropy);
    const { genesis } = this.headers;
    this.active = new ActiveChain(genesis);
    this.#bestHeader = genesis;
    this.#leaves.add(genesis);
    this.#checkpoints = new Map(
      params.consensus.checkpoints.map(({ height, blockHash }) => [
        height,
        fromReversedHex(blockHash),
      ]),
    );
  }

  /** The last header of the branch with the most work, as far as none of its blocks has failed. */
  get bestHeader(): BlockNode {
    return this.#bestHeader;
  }

  get tip(): BlockNode {
    return this.active.tip;
  }

  /** The blocks that nothing builds on. */
  get leaves(): Iterable<BlockNode> {
    return this.#leaves;
  }

  /**
   * Takes a header, or finds it.
   *
   * @param now what the node takes for the present, in seconds
   * @throws {@link RuleError} with Bitcoin Core's reason
   */
  acceptHeader(header: BlockHeader, now: number): AcceptedHeader {
    const hash = blockHash(header);
    const known = this.headers.find(hash);
    if (known !== undefined) {
      if (known.isFailed) throw new RuleError('duplicate-invalid', 'invalid');
      return { node: known, isNew: false };
    }
    const { consensus } = this.#params;
    checkHeaderSanity(header, consensus);
    const parent = this.headers.find(header.previousBlockHash);
    if (parent === undefined) throw new RuleError('prev-blk-not-found', 'missing-parent');
    if (parent.isFailed) throw new RuleError('bad-prevblk', 'invalid');
    const context = {
      chain: {
        height: parent.height,
        headerAt: (height: number): BlockNode => parent.ancestor(height) as BlockNode,
      },
      previousMedianTimePast: parent.medianTimePast,
      now,
      lastCheckpoint: this.#lastCheckpoint,
    };
    checkHeaderContext(header, context, consensus);
    const node = this.add(encodeBlockHeader(header), hash, parent);
    this.changed.add(node);
    return { node, isNew: true };
  }

  /** Adds a header that has been checked, now or in an earlier life of the node. */
  add(header: Uint8Array, hash: BlockHash, parent: BlockNode): BlockNode {
    const node = this.headers.add(header, hash, parent);
    node.sequence = SEQUENCE_FROM_DISK;
    this.#leaves.delete(parent);
    this.#leaves.add(node);
    if (this.#checkpoints.size > 0) this.#noteCheckpoint(node);
    if (node.chainWork > this.#bestHeader.chainWork) this.#bestHeader = node;
    return node;
  }

  /**
   * The body of a block has been stored. It, and those behind it that had to wait for it, may now be
   * connected.
   */
  bodyArrived(node: BlockNode, transactionCount: number): void {
    node.transactionCount = transactionCount;
    this.changed.add(node);
    if (node.parent !== undefined && node.parent.chainTransactionCount === 0) return;
    const complete = [node];
    for (let at = complete.pop(); at !== undefined; at = complete.pop()) {
      const before = at.parent?.chainTransactionCount ?? 0;
      at.chainTransactionCount = before + at.transactionCount;
      this.candidates.remove(at);
      at.sequence = this.#nextSequence++;
      this.#consider(at);
      for (let child = at.firstChild; child; child = child.nextSibling) {
        if (child.transactionCount > 0) complete.push(child);
      }
    }
  }

  /** A block breaks a rule. It, and what builds on it, must have been disconnected before. */
  fail(node: BlockNode, reason: RuleError): void {
    this.#failures.set(node, reason);
    for (const at of withDescendants(node)) {
      this.candidates.remove(at);
      at.status &= ~FAILED_MASK;
      at.status |= at === node ? FAILED : FAILED_PARENT;
      this.changed.add(at);
    }
    if (this.#bestHeader.isFailed) this.#searchBestHeader();
  }

  /** Why a block failed, itself or one that it builds on; undefined if that was before the last start. */
  failureOf(node: BlockNode): RuleError | undefined {
    let culprit: BlockNode | undefined = node;
    while (culprit !== undefined && (culprit.status & FAILED_PARENT) !== 0)
      culprit = culprit.parent;
    return culprit && this.#failures.get(culprit);
  }

  /** Takes back what was said of a block, of those that build on it, and of those that it builds on. */
  forgive(node: BlockNode): void {
    const forgiven: BlockNode[] = [];
    for (const at of withDescendants(node)) if (at.isFailed) forgiven.push(at);
    for (let at = node.parent; at?.isFailed; at = at.parent) forgiven.push(at);
    for (const at of forgiven) {
      at.status &= ~FAILED_MASK;
      this.#failures.delete(at);
      this.changed.add(at);
      this.#consider(at);
      if (at.chainWork > this.#bestHeader.chainWork) this.#bestHeader = at;
    }
  }

  /**
   * Lets a block win against others of the same work, as if it had come before them, until one of
   * them is extended.
   */
  prefer(node: BlockNode): void {
    // Later preferences beat earlier ones, and start again when the chain has grown.
    if (this.tip.chainWork > this.#preciousWork) this.#nextPrecious = -1;
    this.#preciousWork = this.tip.chainWork;
    this.candidates.remove(node);
    node.sequence = this.#nextPrecious--;
    this.#consider(node);
  }

  /** The tip is another block. Whoever moves it back by hand calls {@link reconsiderAll} as well. */
  setTip(node: BlockNode): void {
    this.active.setTip(node);
  }

  /** Forgets candidates that nobody will go back to, now that the tip is as good as it gets. */
  dropWorseCandidates(): void {
    this.candidates.dropBelow(this.tip);
  }

  /** Searches all blocks for candidates: after the tip went back to one with less work. */
  reconsiderAll(): void {
    for (const node of this.headers) this.#consider(node);
  }

  /** Prepares the choice of a branch, once all nodes have been loaded. */
  finishLoading(tip: BlockNode): void {
    for (let node: BlockNode | undefined = tip; node !== undefined; node = node.parent) {
      node.sequence = SEQUENCE_OF_ACTIVE;
    }
    this.setTip(tip);
    this.#searchBestHeader();
    this.reconsiderAll();
  }

  /** All that is known now, to {@link recall} it later. */
  remember(): TreeMemory {
    return {
      nodes: new Map([...this.headers].map((node) => [node, rememberNode(node)])),
      leaves: [...this.#leaves],
      failures: new Map(this.#failures),
      bestHeader: this.#bestHeader,
      lastCheckpoint: this.#lastCheckpoint,
      nextSequence: this.#nextSequence,
      nextPrecious: this.#nextPrecious,
      preciousWork: this.#preciousWork,
    };
  }

  /**
   * Knows what was known at an earlier moment, and nothing else. The tip must be what it was then.
   *
   * @returns what is forgotten: nodes that are part of no tree any more, but lead to their ancestors
   */
  recall(then: TreeMemory): ReadonlySet<BlockNode> {
    const forgotten = new Set<BlockNode>();
    for (const node of this.headers) {
      const known = then.nodes.get(node);
      if (known === undefined) forgotten.add(node);
      else if (recallNode(node, known)) this.changed.add(node);
    }
    for (const node of forgotten) {
      this.headers.remove(node);
      this.changed.delete(node);
    }
    this.#leaves = new Set(then.leaves);
    this.#failures = new Map(then.failures);
    this.#bestHeader = then.bestHeader;
    this.#lastCheckpoint = then.lastCheckpoint;
    this.#nextSequence = then.nextSequence;
    this.#nextPrecious = then.nextPrecious;
    this.#preciousWork = then.preciousWork;
    this.candidates.clear();
    this.reconsiderAll();
    return forgotten;
  }

  #consider(node: BlockNode): void {
    if (node.chainTransactionCount === 0 || node.isFailed) return;
    if (node === this.tip || compareBranches(node, this.tip) > 0) this.candidates.add(node);
  }

  #searchBestHeader(): void {
    this.#bestHeader = this.tip.isFailed ? this.headers.genesis : this.tip;
    for (const node of this.headers) {
      if (!node.isFailed && node.chainWork > this.#bestHeader.chainWork) this.#bestHeader = node;
    }
  }

  #noteCheckpoint(node: BlockNode): void {
    const hash = this.#checkpoints.get(node.height);
    if (hash === undefined || !node.hasHash(hash)) return;
    this.#lastCheckpoint = Math.max(this.#lastCheckpoint, node.height);
  }
}
