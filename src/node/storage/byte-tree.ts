/**
 * Keys and values in order of the keys, as a B-tree that is never changed: an edit makes the nodes on
 * the way to what it changes anew, and shares all others with the tree that it started from. So every
 * state that somebody still holds stays as it was, at no cost, and making a new one is all or nothing.
 */
import { compareBytes } from '../../protocol/bytes/compare.ts';
import {
  type BytePage,
  copyPage,
  entryAt,
  insertAt,
  isKeyAt,
  joinPages,
  keyAt,
  newPage,
  removeAt,
  searchPage,
  sizeAt,
  splitPage,
  valueAt,
} from './byte-page.ts';
import type { KeyRange, StoreEntry } from './key-value-store.ts';

/** Nodes of more entries are split, */
const MOST = 64;
/** and pages of so many bytes that have more than one: they are copied before they are changed. */
const MOST_BYTES = 16384;
/** Nodes of fewer are joined with the one beside them, where both fit into one. */
const FEW = 16;

/** The edit that made a node, and may therefore still change it. */
type Owner = object;

interface Branch {
  readonly owner: Owner;
  readonly children: Node[];
  /**
   * Every key below child `i` is at least `firsts[i]`, and every key before it is less. Nothing is said
   * by the first of them.
   */
  readonly firsts: Uint8Array[];
}

type Node = BytePage | Branch;

/** A state of the tree. */
export interface ByteTree {
  readonly root: Node;
  readonly size: number;
  /** The bytes of all keys and values. */
  readonly bytes: number;
}

export const EMPTY_TREE: ByteTree = {
  root: newPage({}),
  size: 0,
  bytes: 0,
};

/** The value of a key. */
export function findInTree({ root }: ByteTree, key: Uint8Array): Uint8Array | undefined {
  return find(root, key);
}

function find(root: Node, key: Uint8Array): Uint8Array | undefined {
  let node = root;
  while ('children' in node) node = node.children[childFor(node, key)] as Node;
  const at = searchPage(node, key);
  return isKeyAt(node, at, key) ? valueAt(node, at) : undefined;
}

/** The entries in a range, in its direction. */
export function* walkTree(tree: ByteTree, range: KeyRange = {}): Generator<StoreEntry> {
  let left = range.limit ?? Number.POSITIVE_INFINITY;
  for (const page of pagesOf(tree.root, range)) {
    const from = firstIn(page, range);
    const end = endIn(page, range);
    for (let i = from; i < end; i++) {
      if (left-- <= 0) return;
      const at = range.reverse === true ? end - 1 - (i - from) : i;
      yield entryAt(page, at);
    }
  }
}

/**
 * Makes a new state of a tree. What an edit has made anew, it goes on changing in place, until somebody
 * asks for the state.
 */
export class TreeEdit {
  #owner: Owner = {};
  #root: Node;
  #size: number;
  #bytes: number;

  constructor(tree: ByteTree) {
    this.#root = tree.root;
    this.#size = tree.size;
    this.#bytes = tree.bytes;
  }

  /** Copies the key and the value. */
  put(key: Uint8Array, value: Uint8Array): void {
    const [root, right] = this.#split(this.#put(this.#root, key, value));
    this.#root = right === undefined ? root : this.#branch(root, right);
  }

  delete(key: Uint8Array): void {
    // What is not there need not be made anew.
    if (this.find(key) === undefined) return;
    let root = this.#delete(this.#root, key);
    while ('children' in root && root.children.length === 1) root = root.children[0] as Node;
    this.#root = root;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The value of a key after all changes so far. */
  find(key: Uint8Array): Uint8Array | undefined {
    return find(this.#root, key);
  }

  /** The state after all changes so far. It stays as it is when more of them are made. */
  finish(): ByteTree {
    this.#owner = {};
    return { root: this.#root, size: this.#size, bytes: this.#bytes };
  }

  #put(node: Node, key: Uint8Array, value: Uint8Array): Node {
    if ('children' in node) {
      const branch = this.#own(node);
      const at = childFor(branch, key);
      const [child, right] = this.#split(this.#put(branch.children[at] as Node, key, value));
      branch.children[at] = child;
      if (right !== undefined) {
        branch.children.splice(at + 1, 0, right);
        branch.firsts.splice(at + 1, 0, firstKey(right));
      }
      return branch;
    }
    const page = this.#own(node);
    const at = searchPage(page, key);
    if (isKeyAt(page, at, key)) this.#remove(page, at);
    insertAt(page, at, key, value);
    this.#size++;
    this.#bytes += key.length + value.length;
    return page;
  }

  #delete(node: Node, key: Uint8Array): Node {
    if ('children' in node) {
      const branch = this.#own(node);
      const at = childFor(branch, key);
      branch.children[at] = this.#delete(branch.children[at] as Node, key);
      this.#join(branch, at);
      return branch;
    }
    const page = this.#own(node);
    this.#remove(page, searchPage(page, key));
    return page;
  }

  #remove(page: BytePage, at: number): void {
    this.#size--;
    this.#bytes -= sizeAt(page, at);
    removeAt(page, at);
  }

  /** Joins a child that has become small with the one before it, or the one after. */
  #join(branch: Branch, at: number): void {
    const { children, firsts } = branch;
    if (children.length === 1 || sizeOf(children[at] as Node) >= FEW) return;
    const left = Math.max(0, at - 1);
    const a = children[left] as Node;
    const b = children[left + 1] as Node;
    if (sizeOf(a) + sizeOf(b) > MOST) return;
    children[left] = this.#joined(a, b, firsts[left + 1] as Uint8Array);
    children.splice(left + 1, 1);
    firsts.splice(left + 1, 1);
  }

  #joined(a: Node, b: Node, firstOfB: Uint8Array): Node {
    const owner = this.#owner;
    if (!('children' in a) || !('children' in b)) {
      return joinPages(a as BytePage, b as BytePage, owner);
    }
    return {
      owner,
      children: [...a.children, ...b.children],
      firsts: [...a.firsts, firstOfB, ...b.firsts.slice(1)],
    };
  }

  /** Moves the second half of a node that is too large into a new one. */
  #split(node: Node): readonly [Node, Node | undefined] {
    const size = sizeOf(node);
    const isLong = !('children' in node) && size > 1 && node.live > MOST_BYTES;
    if (size <= MOST && !isLong) return [node, undefined];
    const owner = this.#owner;
    const half = size >>> 1;
    if (!('children' in node)) return splitPage(node, half, owner);
    return [
      node,
      { owner, children: node.children.splice(half), firsts: node.firsts.splice(half) },
    ];
  }

  #branch(left: Node, right: Node): Branch {
    return {
      owner: this.#owner,
      children: [left, right],
      firsts: [new Uint8Array(0), firstKey(right)],
    };
  }

  /** A node that this edit may change. */
  #own(node: BytePage): BytePage;
  #own(node: Branch): Branch;
  #own(node: Node): Node {
    const owner = this.#owner;
    if (node.owner === owner) return node;
    return 'children' in node
      ? { owner, children: [...node.children], firsts: [...node.firsts] }
      : copyPage(node, owner);
  }
}

function sizeOf(node: Node): number {
  return 'children' in node ? node.children.length : node.starts.length;
}

/** What every key of a node that was split off is at least. */
function firstKey(node: Node): Uint8Array {
  return 'children' in node ? (node.firsts[0] as Uint8Array) : keyAt(node, 0);
}

/** The pages that can have keys of a range, in its direction. */
function* pagesOf(node: Node, range: KeyRange): Generator<BytePage> {
  if (!('children' in node)) {
    yield node;
    return;
  }
  const low = range.gte ?? range.gt;
  const high = range.lte ?? range.lt;
  const from = low === undefined ? 0 : childFor(node, low);
  const to = high === undefined ? node.children.length - 1 : childFor(node, high);
  for (let i = from; i <= to; i++) {
    const at = range.reverse === true ? to - (i - from) : i;
    yield* pagesOf(node.children[at] as Node, range);
  }
}

/** Where the keys of a range begin in a page. */
function firstIn(page: BytePage, { gte, gt }: KeyRange): number {
  if (gte !== undefined) return searchPage(page, gte);
  if (gt === undefined) return 0;
  const at = searchPage(page, gt);
  return isKeyAt(page, at, gt) ? at + 1 : at;
}

/** Where the keys of a range end in a page. */
function endIn(page: BytePage, { lte, lt }: KeyRange): number {
  if (lt !== undefined) return searchPage(page, lt);
  if (lte === undefined) return page.starts.length;
  const at = searchPage(page, lte);
  return isKeyAt(page, at, lte) ? at + 1 : at;
}

/** The child that a key belongs to. */
function childFor({ firsts }: Branch, key: Uint8Array): number {
  let low = 1;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(firsts[middle] as Uint8Array, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
