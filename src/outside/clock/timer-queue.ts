/** A callback and its moment. `index` is its place in the queue, -1 once it has left. */
export interface Timer {
  readonly at: number;
  readonly sequence: number;
  readonly callback: () => void;
  index: number;
}

/**
 * The timers that are still to come, the next one first: a binary heap. A timer that is called off
 * leaves at once, because most timers are timeouts that are called off long before their moment, and
 * would pile up.
 */
export class TimerQueue {
  readonly #heap: Timer[] = [];

  get size(): number {
    return this.#heap.length;
  }

  first(): Timer | undefined {
    return this.#heap[0];
  }

  add(timer: Timer): void {
    this.#heap.push(timer);
    this.#rise(timer, this.#heap.length - 1);
  }

  remove(timer: Timer): void {
    const index = timer.index;
    if (index < 0) return;
    timer.index = -1;
    const last = this.#heap.pop() as Timer;
    if (last === timer) return;
    // The last one takes the free place, and from there may belong either way.
    this.#sink(last, index);
    this.#rise(last, last.index);
  }

  #rise(timer: Timer, from: number): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as Timer;
      if (!isBefore(timer, parent)) break;
      heap[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    heap[index] = timer;
    timer.index = index;
  }

  #sink(timer: Timer, from: number): void {
    const heap = this.#heap;
    let index = from;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= heap.length) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && isBefore(right, heap[childIndex] as Timer)) childIndex++;
      const child = heap[childIndex] as Timer;
      if (!isBefore(child, timer)) break;
      heap[index] = child;
      child.index = index;
      index = childIndex;
    }
    heap[index] = timer;
    timer.index = index;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
