/** Something that waits for its moment. `index` is its place in the queue, -1 while it is in none. */
interface Waiting {
  readonly at: number;
  /** Which of those comes first that have the same moment. */
  readonly sequence: number;
  index: number;
}

/** A callback and its moment. */
export interface Timer extends Waiting {
  readonly callback: () => void;
}

/**
 * The timers that are still to come, the next one first: a binary heap. A timer that is called off
 * leaves at once, because most timers are timeouts that are called off long before their moment, and
 * would pile up.
 */
export class TimerQueue<T extends Waiting = Timer> {
  readonly #heap: T[] = [];

  get size(): number {
    return this.#heap.length;
  }

  first(): T | undefined {
    return this.#heap[0];
  }

  add(timer: T): void {
    this.#heap.push(timer);
    this.#rise(timer, this.#heap.length - 1);
  }

  remove(timer: T): void {
    const index = timer.index;
    if (index < 0) return;
    timer.index = -1;
    const last = this.#heap.pop() as T;
    if (last === timer) return;
    // The last one takes the free place, and from there may belong either way.
    this.#sink(last, index);
    this.#rise(last, last.index);
  }

  #rise(timer: T, from: number): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as T;
      if (!isBefore(timer, parent)) break;
      heap[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    heap[index] = timer;
    timer.index = index;
  }

  #sink(timer: T, from: number): void {
    const heap = this.#heap;
    let index = from;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= heap.length) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && isBefore(right, heap[childIndex] as T)) childIndex++;
      const child = heap[childIndex] as T;
      if (!isBefore(child, timer)) break;
      heap[index] = child;
      child.index = index;
      index = childIndex;
    }
    heap[index] = timer;
    timer.index = index;
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
