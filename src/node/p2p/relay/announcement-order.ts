import { compareBytes } from '../../../protocol/bytes/compare.ts';
import type { MempoolEntry } from '../../mempool/mempool-entry.ts';

/** A transaction that waits to be announced: to how many peers ever, it is one object for all of them. */
export interface Announcement {
  readonly entry: Pick<MempoolEntry, 'ancestorCount' | 'txid'>;
  /** Satoshis for a virtual byte. Nothing but an order depends on it, so it need not be exact. */
  readonly feeRate: number;
}

/**
 * Parents before children, and of the others those that pay more first: what a miner wants, and an
 * order that does not tell in which one they came.
 */
export function compareForAnnouncement(a: Announcement, b: Announcement): number {
  // The number of ancestors is that of now: blocks may have taken some of them since.
  const generations = a.entry.ancestorCount - b.entry.ancestorCount;
  if (generations !== 0) return generations;
  const difference = b.feeRate - a.feeRate;
  return difference !== 0 ? difference : compareBytes(b.entry.txid, a.entry.txid);
}

/**
 * The same values, the smallest first, sorted only as far as somebody asks: of many thousands that wait
 * to be announced, a few dozen are.
 */
export function* smallestFirst<T>(
  values: Iterable<T>,
  compare: (a: T, b: T) => number,
): Generator<T, void, undefined> {
  const heap = [...values];
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at, compare);
  while (heap.length > 0) {
    const first = heap[0] as T;
    const last = heap.pop() as T;
    if (heap.length > 0) {
      heap[0] = last;
      sink(heap, 0, compare);
    }
    yield first;
  }
}

function sink<T>(heap: T[], from: number, compare: (a: T, b: T) => number): void {
  const value = heap[from] as T;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compare(heap[child + 1] as T, heap[child] as T) < 0) child++;
    if (compare(heap[child] as T, value) >= 0) break;
    heap[at] = heap[child] as T;
    at = child;
  }
  heap[at] = value;
}
