import { medianTimePast } from '../../protocol/consensus/median-time-past.ts';
import {
  type BlockHeader,
  decodeBlockHeader,
  HEADER_SIZE,
} from '../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { FAILED_MASK, STORED, UNDO_STORED, VALID } from './block-status.ts';
import { BITS_AT, HASH_SIZE, TIME_AT, VERSION_AT, wordAt } from './header-record.ts';

/**
 * A block that is known by its header, in its place in the tree of all of them.
 *
 * There are as many as the chain has blocks and all are in memory, so a node is small: header and
 * hash are pieces of a large array that many share, and views of them are made when asked for.
 */
export class BlockNode {
  readonly #records: Uint8Array;
  readonly #at: number;
  readonly parent: BlockNode | undefined;
  /** An ancestor further up: see {@link BlockNode.ancestor}. The first block is its own. */
  readonly #skip: BlockNode;
  readonly height: number;
  /** The hashes that the branch up to here took on average. */
  readonly chainWork: bigint;
  /** The bits of `block-status.ts`. */
  status = 0;
  /** The number of its block file, which is that of its undo file. */
  file = 0;
  /** Where in these its data begin. They mean something if the block is stored, or its undo. */
  blockOffset = 0;
  undoOffset = 0;
  /** Of the stored bytes. */
  checksum = 0;
  /** 0 as long as nothing but the header has come. It is kept when the body is pruned. */
  transactionCount = 0;
  /** Of this block and all before it; 0 as long as one of them is missing. */
  chainTransactionCount = 0;
  /** Of branches with the same work, the one with the lower number is followed. */
  sequence = 0;
  /** The blocks that build on this one: the first, and from each the next. */
  firstChild: BlockNode | undefined = undefined;
  nextSibling: BlockNode | undefined = undefined;
  /** The next node in the same place of the tree's table. */
  nextInBucket: BlockNode | undefined = undefined;
  #medianTimePast = -1;

  /** @param records holds the node's header and hash from `at` on, and never changes */
  constructor(records: Uint8Array, at: number, parent: BlockNode | undefined, chainWork: bigint) {
    this.#records = records;
    this.#at = at;
    this.parent = parent;
    this.height = parent === undefined ? 0 : parent.height + 1;
    this.chainWork = chainWork;
    this.#skip = parent === undefined ? this : BlockNode.#skipFrom(parent);
  }

  /** In wire order: a view, as are the bytes of {@link header}. */
  get hash(): BlockHash {
    const from = this.#at + HEADER_SIZE;
    return this.#records.subarray(from, from + HASH_SIZE) as BlockHash;
  }

  get header(): BlockHeader {
    return decodeBlockHeader(this.headerBytes);
  }

  get headerBytes(): Uint8Array {
    return this.#records.subarray(this.#at, this.#at + HEADER_SIZE);
  }

  get version(): number {
    return wordAt(this.#records, this.#at + VERSION_AT);
  }

  get time(): number {
    return wordAt(this.#records, this.#at + TIME_AT) >>> 0;
  }

  get bits(): number {
    return wordAt(this.#records, this.#at + BITS_AT) >>> 0;
  }

  /** The median of the times of this block and of the ten before it. */
  get medianTimePast(): number {
    if (this.#medianTimePast < 0) {
      const timeAt = (height: number): number => (this.ancestor(height) as BlockNode).time;
      this.#medianTimePast = medianTimePast(this.height, timeAt);
    }
    return this.#medianTimePast;
  }

  get isStored(): boolean {
    return (this.status & STORED) !== 0;
  }

  get hasUndo(): boolean {
    return (this.status & UNDO_STORED) !== 0;
  }

  /** Whether it has been connected once. */
  get isValid(): boolean {
    return (this.status & VALID) !== 0;
  }

  /** Whether it, or a block before it, breaks a rule. */
  get isFailed(): boolean {
    return (this.status & FAILED_MASK) !== 0;
  }

  /** Whether bytes begin with the header of this block. */
  startsWithHeader(bytes: Uint8Array): boolean {
    for (let i = 0; i < HEADER_SIZE; i++)
      if (this.#records[this.#at + i] !== bytes[i]) return false;
    return true;
  }

  hasHash(hash: Uint8Array): boolean {
    const from = this.#at + HEADER_SIZE;
    for (let i = 0; i < HASH_SIZE; i++) if (this.#records[from + i] !== hash[i]) return false;
    return true;
  }

  /**
   * The block of this height on the branch that ends here, or this one itself. It takes as many steps
   * as the difference of heights has binary digits, about: every node knows, beside its parent, one
   * ancestor further up, at distances that double (Myers, "An applicative random-access stack", 1983).
   */
  ancestor(height: number): BlockNode | undefined {
    if (height < 0 || height > this.height) return undefined;
    let node: BlockNode = this;
    while (node.height > height) {
      node = node.#skip.height >= height ? node.#skip : (node.parent as BlockNode);
    }
    return node;
  }

  /** Whether this block is on the branch that ends with the other one. */
  isAncestorOf(other: BlockNode): boolean {
    return other.ancestor(this.height) === this;
  }

  /** The last block that both branches have: where they fork. */
  forkWith(other: BlockNode): BlockNode {
    const height = Math.min(this.height, other.height);
    let left = this.ancestor(height) as BlockNode;
    let right = other.ancestor(height) as BlockNode;
    // At the same height, both have their distant ancestor at the same height too.
    while (left !== right) {
      const together = left.#skip === right.#skip;
      left = together ? (left.parent as BlockNode) : left.#skip;
      right = together ? (right.parent as BlockNode) : right.#skip;
    }
    return left;
  }

  /** The distant ancestor of a child: two jumps of the same length become one of twice that. */
  static #skipFrom(parent: BlockNode): BlockNode {
    const far = parent.#skip;
    const further = far.#skip;
    return parent.height - far.height === far.height - further.height ? further : parent;
  }
}
