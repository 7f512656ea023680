import type { Entropy } from '../../outside/entropy/entropy.ts';
import {
  type BlockHeader,
  encodeBlockHeader,
  HEADER_SIZE,
} from '../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { blockWork } from '../../protocol/primitives/target.ts';
import { BlockNode } from './block-node.ts';
import { BITS_AT, HEADER_RECORD_SIZE, wordAt } from './header-record.ts';

/** Headers share arrays of memory; the first is small, for chains in tests. */
const FIRST_SLAB = 64;
const LARGEST_SLAB = 8192;

/**
 * All headers that are known, as a tree from the first block on. What was found invalid is remembered,
 * so that it is not asked for again. Nothing leaves it, unless the chain is put back to a mark.
 */
export class HeaderTree {
  readonly genesis: BlockNode;
  /** By a number of 30 bits that is made of the hash, the first of the nodes that have it. */
  readonly #buckets = new Map<number, BlockNode>();
  readonly #seed: number;
  #slab = new Uint8Array(0);
  #used = 0;
  #size = 0;
  #lastBits = 0;
  #lastWork = 0n;

  constructor(
    genesis: { readonly header: BlockHeader; readonly hash: BlockHash },
    entropy: Entropy,
  ) {
    this.#seed = entropy.u32();
    this.genesis = this.#insert(encodeBlockHeader(genesis.header), genesis.hash, undefined);
  }

  get size(): number {
    return this.#size;
  }

  find(hash: Uint8Array): BlockNode | undefined {
    let node = this.#buckets.get(this.#bucketOf(hash));
    while (node !== undefined && !node.hasHash(hash)) node = node.nextInBucket;
    return node;
  }

  /** Adds a header, given by its bytes. It must be new, and `parent` a node of this tree. */
  add(header: Uint8Array, hash: BlockHash, parent: BlockNode): BlockNode {
    const node = this.#insert(header, hash, parent);
    node.nextSibling = parent.firstChild;
    parent.firstChild = node;
    return node;
  }

  /** Forgets a node, which must have been added. What builds on it has to go, too. */
  remove(node: BlockNode): void {
    unlinkChild(node);
    const bucket = this.#bucketOf(node.hash);
    const first = this.#buckets.get(bucket) as BlockNode;
    if (first !== node) {
      let before = first;
      while (before.nextInBucket !== node) before = before.nextInBucket as BlockNode;
      before.nextInBucket = node.nextInBucket;
    } else if (node.nextInBucket === undefined) this.#buckets.delete(bucket);
    else this.#buckets.set(bucket, node.nextInBucket);
    node.nextInBucket = undefined;
    this.#size--;
  }

  /** All nodes, in no order. */
  *[Symbol.iterator](): IterableIterator<BlockNode> {
    for (const first of this.#buckets.values()) {
      for (let node: BlockNode | undefined = first; node; node = node.nextInBucket) yield node;
    }
  }

  #insert(header: Uint8Array, hash: BlockHash, parent: BlockNode | undefined): BlockNode {
    if (this.#used === this.#slab.length) {
      const records = Math.min(LARGEST_SLAB, Math.max(FIRST_SLAB, this.#size));
      this.#slab = new Uint8Array(records * HEADER_RECORD_SIZE);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += HEADER_RECORD_SIZE;
    this.#slab.set(header, at);
    this.#slab.set(hash, at + HEADER_SIZE);
    const node = new BlockNode(this.#slab, at, parent, this.#workWith(parent, header));
    const bucket = this.#bucketOf(hash);
    node.nextInBucket = this.#buckets.get(bucket);
    this.#buckets.set(bucket, node);
    this.#size++;
    return node;
  }

  #workWith(parent: BlockNode | undefined, header: Uint8Array): bigint {
    const bits = wordAt(header, BITS_AT) >>> 0;
    if (bits !== this.#lastBits) {
      this.#lastBits = bits;
      this.#lastWork = blockWork(bits);
    }
    return (parent?.chainWork ?? 0n) + this.#lastWork;
  }

  /**
   * Hashes of blocks are expensive to choose, but not on a chain for tests; the seed sees to it that
   * nobody can prepare hashes that all share a place.
   */
  #bucketOf(hash: Uint8Array): number {
    const mixed = Math.imul(wordAt(hash, 0) ^ this.#seed, 0x9e3779b1) ^ wordAt(hash, 4);
    // Maps are fastest with numbers of up to 31 bits.
    return (Math.imul(mixed ^ (mixed >>> 15), this.#seed | 1) >>> 2) & 0x3fffffff;
  }
}

function unlinkChild(node: BlockNode): void {
  const parent = node.parent as BlockNode;
  if (parent.firstChild === node) parent.firstChild = node.nextSibling;
  else {
    let before = parent.firstChild as BlockNode;
    while (before.nextSibling !== node) before = before.nextSibling as BlockNode;
    before.nextSibling = node.nextSibling;
  }
  node.nextSibling = undefined;
}

/** A node and all that build on it, each after its parent. */
export function* withDescendants(root: BlockNode): IterableIterator<BlockNode> {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    for (let child = node.firstChild; child; child = child.nextSibling) waiting.push(child);
  }
}
