/**
 * A page of a {@link ByteTree}: some dozens of entries in order of their keys, their bytes packed into
 * one array. An entry of its own would be two arrays, which take five times as much memory as a coin
 * has bytes, and all of which the garbage collector visits.
 */
import type { StoreEntry } from './key-value-store.ts';

/** In front of every entry: the lengths of its key and its value. */
const HEADER_SIZE = 8;

export interface BytePage {
  /** Who made the page, and may therefore change it. */
  readonly owner: object;
  /** Where the entries are in `bytes`, in order of their keys. */
  starts: number[];
  bytes: Uint8Array;
  /** New entries go here. What is removed or replaced stays before it, until the page is packed. */
  end: number;
  /** The bytes of the entries that count. */
  live: number;
}

export function newPage(owner: object): BytePage {
  return { owner, starts: [], bytes: new Uint8Array(0), end: 0, live: 0 };
}

/** The same entries, to be changed by somebody else. */
export function copyPage(page: BytePage, owner: object): BytePage {
  const { starts, end, live } = page;
  const room = someRoom(live);
  // Packing takes ten times as long as copying.
  if (end - live > room) return gather(owner, room, [{ page, from: 0, to: starts.length }]);
  const bytes = new Uint8Array(end + room);
  bytes.set(page.bytes.subarray(0, end));
  return { owner, starts: starts.slice(), bytes, end, live };
}

/** Where a key is, or where it would be. */
export function searchPage({ starts, bytes }: BytePage, key: Uint8Array): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(bytes, starts[middle] as number, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function isKeyAt({ starts, bytes }: BytePage, at: number, key: Uint8Array): boolean {
  return at < starts.length && compareAt(bytes, starts[at] as number, key) === 0;
}

export function keyAt({ starts, bytes }: BytePage, at: number): Uint8Array {
  const from = (starts[at] as number) + HEADER_SIZE;
  return bytes.slice(from, from + u32At(bytes, starts[at] as number));
}

export function valueAt({ starts, bytes }: BytePage, at: number): Uint8Array {
  const start = starts[at] as number;
  const from = start + HEADER_SIZE + u32At(bytes, start);
  return bytes.slice(from, from + u32At(bytes, start + 4));
}

export function entryAt(page: BytePage, at: number): StoreEntry {
  return [keyAt(page, at), valueAt(page, at)];
}

/** The bytes of key and value. */
export function sizeAt({ starts, bytes }: BytePage, at: number): number {
  const start = starts[at] as number;
  return u32At(bytes, start) + u32At(bytes, start + 4);
}

export function insertAt(page: BytePage, at: number, key: Uint8Array, value: Uint8Array): void {
  const start = append(page, key, value);
  page.starts.splice(at, 0, start);
}

export function removeAt(page: BytePage, at: number): void {
  page.live -= HEADER_SIZE + sizeAt(page, at);
  page.starts.splice(at, 1);
}

/** Two pages of the same entries: those before a place, and those from there on. */
export function splitPage(page: BytePage, at: number, owner: object): [BytePage, BytePage] {
  const room = someRoom(page.live >>> 1);
  return [
    gather(owner, room, [{ page, from: 0, to: at }]),
    gather(owner, room, [{ page, from: at, to: page.starts.length }]),
  ];
}

/** One page with the entries of two. */
export function joinPages(a: BytePage, b: BytePage, owner: object): BytePage {
  const parts = [a, b].map((page) => ({ page, from: 0, to: page.starts.length }));
  return gather(owner, someRoom(a.live + b.live), parts);
}

/** Room to grow, so that not every change makes the array anew. */
function someRoom(live: number): number {
  return (live >>> 2) + 64;
}

/** Some of the entries of a page. */
interface Part {
  readonly page: BytePage;
  readonly from: number;
  readonly to: number;
}

/** A page of the entries of others, packed, with room for more. */
function gather(owner: object, room: number, parts: readonly Part[]): BytePage {
  let live = 0;
  for (const { page, from, to } of parts) {
    for (let i = from; i < to; i++) live += HEADER_SIZE + sizeAt(page, i);
  }
  const bytes = new Uint8Array(live + room);
  const starts: number[] = [];
  let end = 0;
  for (const { page, from, to } of parts) {
    for (let i = from; i < to; i++) {
      const start = page.starts[i] as number;
      const size = HEADER_SIZE + sizeAt(page, i);
      bytes.set(page.bytes.subarray(start, start + size), end);
      starts.push(end);
      end += size;
    }
  }
  return { owner, starts, bytes, end, live };
}

/** Puts an entry behind the others, and answers with where it is. */
function append(page: BytePage, key: Uint8Array, value: Uint8Array): number {
  const size = HEADER_SIZE + key.length + value.length;
  if (page.end + size > page.bytes.length) {
    const all = [{ page, from: 0, to: page.starts.length }];
    Object.assign(page, gather(page.owner, size + page.live, all));
  }
  const start = page.end;
  setU32(page.bytes, start, key.length);
  setU32(page.bytes, start + 4, value.length);
  page.bytes.set(key, start + HEADER_SIZE);
  page.bytes.set(value, start + HEADER_SIZE + key.length);
  page.end += size;
  page.live += size;
  return start;
}

function u32At(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

function setU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Orders the key of the entry that starts here against another one, as `memcmp` does. */
function compareAt(bytes: Uint8Array, start: number, key: Uint8Array): number {
  const length = u32At(bytes, start);
  const from = start + HEADER_SIZE;
  const shared = Math.min(length, key.length);
  for (let i = 0; i < shared; i++) {
    const difference = (bytes[from + i] as number) - (key[i] as number);
    if (difference !== 0) return difference;
  }
  return length - key.length;
}
